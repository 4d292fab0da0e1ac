package instance

import (
	"encoding/json"
	"strings"
)

// Schema is the JSON Schema (draft 2020-12) of instance.yaml, for editors.
func Schema() ([]byte, error) {
	root := object()
	for _, k := range Keys() {
		parts := strings.Split(k.Path, ".")
		at := root
		for _, g := range parts[:len(parts)-1] {
			properties := at["properties"].(map[string]any)
			if properties[g] == nil {
				properties[g] = object()
			}
			at = properties[g].(map[string]any)
		}
		p := map[string]any{"type": string(k.Type), "default": k.Default}
		if k.Type == List {
			p["items"] = map[string]any{"type": "string"}
		}
		if k.OneOf != nil {
			p["enum"] = k.OneOf
		}
		at["properties"].(map[string]any)[parts[len(parts)-1]] = p
	}
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "instance.yaml (" + APIVersion + ")"
	return json.MarshalIndent(root, "", "  ")
}

func object() map[string]any {
	return map[string]any{"type": "object", "additionalProperties": false, "properties": map[string]any{}}
}
