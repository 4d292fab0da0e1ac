package inspect

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// shape is what we hold an OpenAPI 3.1 document to, in our own words and for the parts that we use.
const shape = `{
 "type": "object", "required": ["openapi", "info", "servers", "paths", "components"],
 "properties": {
  "openapi": {"const": "3.1.0"},
  "info": {"type": "object", "required": ["title", "version", "description"], "additionalProperties": {"type": "string", "minLength": 1}},
  "servers": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["url"]}},
  "paths": {"type": "object", "minProperties": 1, "propertyNames": {"pattern": "^/api/v1/"},
   "additionalProperties": {"type": "object", "minProperties": 1, "propertyNames": {"enum": ["get", "put", "post", "delete", "patch"]},
    "additionalProperties": {"$ref": "#/$defs/operation"}}},
  "components": {"type": "object", "required": ["schemas", "securitySchemes"], "properties": {
   "schemas": {"type": "object", "propertyNames": {"pattern": "^[A-Za-z0-9._-]+$"}, "additionalProperties": {"type": "object"}},
   "securitySchemes": {"type": "object", "required": ["bearer", "cookie"], "additionalProperties": {"type": "object", "required": ["type"],
    "properties": {"type": {"enum": ["http", "apiKey"]}}}}}}},
 "$defs": {
  "content": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "object", "required": ["schema"], "properties": {"schema": {"type": "object"}}}},
  "operation": {"type": "object", "required": ["operationId", "summary", "description", "tags", "security", "responses"],
   "properties": {
    "operationId": {"type": "string", "pattern": "^[a-z][A-Za-z0-9_]*$"},
    "summary": {"type": "string", "minLength": 3}, "description": {"type": "string", "minLength": 3},
    "tags": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
    "security": {"type": "array", "minItems": 1, "items": {"type": "object", "propertyNames": {"enum": ["bearer", "cookie"]},
     "additionalProperties": {"type": "array", "maxItems": 0}}},
    "parameters": {"type": "array", "items": {"type": "object", "required": ["name", "in", "schema"],
     "properties": {"in": {"enum": ["path", "query", "header"]}, "schema": {"type": "object"}},
     "if": {"properties": {"in": {"const": "path"}}}, "then": {"required": ["required"], "properties": {"required": {"const": true}}}, "else": {"required": ["description"]}}},
    "requestBody": {"type": "object", "required": ["content"], "properties": {"content": {"$ref": "#/$defs/content"}}},
    "responses": {"type": "object", "minProperties": 2, "required": ["default"], "propertyNames": {"pattern": "^(2[0-9][0-9]|default)$"},
     "additionalProperties": {"type": "object", "required": ["description"], "properties": {"content": {"$ref": "#/$defs/content"}}},
     "properties": {"default": {"required": ["content"], "properties": {"content": {"required": ["application/problem+json"]}}}}}}}}}`

const here = "urn:inspection:document"

// Document is an OpenAPI document, with its schemas made strict: a member that no schema names is a fault, so that the
// document cannot fall behind the program.
type Document struct {
	doc      J
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
}

// ReadDocument reads a document and says what is wrong with it as a document.
func ReadDocument(body string) (*Document, []string) {
	raw, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		return nil, []string{"the OpenAPI document is no JSON: " + err.Error()}
	}
	rules, err := jsonschema.UnmarshalJSON(strings.NewReader(shape))
	if err != nil {
		return nil, []string{err.Error()}
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("urn:inspection:shape", rules); err != nil {
		return nil, []string{err.Error()}
	}
	meta, err := c.Compile("urn:inspection:shape")
	if err != nil {
		return nil, []string{err.Error()}
	}
	var out []string
	if err := meta.Validate(raw); err != nil {
		out = append(out, "the OpenAPI document: "+err.Error())
	}
	doc, ok := raw.(J)
	if !ok {
		return nil, append(out, "the OpenAPI document is no object")
	}
	strict(doc["components"])
	strict(doc["paths"])
	if err := c.AddResource(here, doc); err != nil {
		return nil, append(out, err.Error())
	}
	d := &Document{doc: doc, compiler: c, schemas: map[string]*jsonschema.Schema{}}
	out = append(out, d.unique()...)
	return d, append(out, d.compiles()...)
}

// strict closes every object schema that lists its properties.
func strict(v any) {
	switch v := v.(type) {
	case J:
		_, lists := v["properties"]
		_, open := v["additionalProperties"]
		if lists && !open && v["type"] == "object" {
			v["additionalProperties"] = false
		}
		for _, x := range v {
			strict(x)
		}
	case []any:
		for _, x := range v {
			strict(x)
		}
	}
}

func (d *Document) unique() []string {
	var out []string
	seen := map[string]string{}
	d.each(func(method, path string, op J) {
		id := fmt.Sprint(op["operationId"])
		if other, twice := seen[id]; twice {
			out = append(out, fmt.Sprintf("operationId %s is given to %s and to %s %s", id, other, method, path))
		}
		seen[id] = method + " " + path
	})
	return out
}

func (d *Document) compiles() []string {
	var out []string
	for name := range d.doc["components"].(J)["schemas"].(J) {
		if _, err := d.compiler.Compile(here + "#/components/schemas/" + name); err != nil {
			out = append(out, fmt.Sprintf("schema %s: %v", name, err))
		}
	}
	return out
}

func (d *Document) each(fn func(method, path string, op J)) {
	for path, item := range d.doc["paths"].(J) {
		for method, op := range item.(J) {
			fn(strings.ToUpper(method), path, op.(J))
		}
	}
}

var paramShape = regexp.MustCompile(`\{([a-zA-Z_]+)(?::[^}]*)?\}`)

// Covers compares the document with the access table: every API route is in it, nothing else is, with its path
// parameters, and it is open to strangers exactly where the table says so.
func (d *Document) Covers(lines []Line) []string {
	var out []string
	have := map[string]J{}
	d.each(func(method, path string, op J) { have[method+" "+path] = op })
	for _, l := range lines {
		if !strings.HasPrefix(l.Pattern, "/api/") {
			continue
		}
		line := l.Method + " " + paramShape.ReplaceAllString(l.Pattern, "{$1}")
		op, ok := have[line]
		if !ok {
			out = append(out, line+" is not in the OpenAPI document")
			continue
		}
		delete(have, line)
		var want, got []string
		for _, m := range paramShape.FindAllStringSubmatch(l.Pattern, -1) {
			want = append(want, m[1])
		}
		params, _ := op["parameters"].([]any)
		for _, p := range params {
			if p.(J)["in"] == "path" {
				got = append(got, fmt.Sprint(p.(J)["name"]))
			}
		}
		if !slices.Equal(want, got) {
			out = append(out, fmt.Sprintf("%s: path parameters %v, the document has %v", line, want, got))
		}
		security, _ := op["security"].([]any)
		open := slices.ContainsFunc(security, func(s any) bool { return len(s.(J)) == 0 })
		if open != (l.Who == "anyone") {
			out = append(out, fmt.Sprintf("%s: open to strangers is %v in the document, the table says %q", line, open, l.Who))
		}
	}
	for line := range have {
		out = append(out, line+" is in the OpenAPI document and not in the access table")
	}
	return out
}

// Holds compares an answer of the API with the document: the status is announced, and the body is what its schema says.
func (d *Document) Holds(l Line, a Answer) []string {
	status := strconv.Itoa(a.Status)
	kind := "application/json"
	if a.Status >= 400 {
		status, kind = "default", "application/problem+json"
	}
	path := paramShape.ReplaceAllString(l.Pattern, "{$1}")
	op, _ := d.doc["paths"].(J)[path].(J)[strings.ToLower(l.Method)].(J)
	responses, _ := op["responses"].(J)
	response, ok := responses[status].(J)
	if !ok {
		return []string{fmt.Sprintf("%s: the OpenAPI document does not know this status of %s", a, l.Route())}
	}
	if _, has := response["content"]; !has {
		if a.Body != "" {
			return []string{fmt.Sprintf("%s: the OpenAPI document announces no body", a)}
		}
		return nil
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	at := fmt.Sprintf("%s#/paths/%s/%s/responses/%s/content/%s/schema", here, escape.Replace(path), strings.ToLower(l.Method), status, escape.Replace(kind))
	schema, ok := d.schemas[at]
	if !ok {
		var err error
		if schema, err = d.compiler.Compile(at); err != nil {
			return []string{fmt.Sprintf("%s: %v", l.Route(), err)}
		}
		d.schemas[at] = schema
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(a.Body))
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		return []string{fmt.Sprintf("%s is not what the OpenAPI document says: %s", l.Route(), short(err))}
	}
	return nil
}

var (
	leafShape = regexp.MustCompile(`at '[^']*': (?:got|missing|additional|value|'|minimum|maximum)[^\n]*`)
	itemShape = regexp.MustCompile(`/\d+`)
)

// short tells the leaves of a validation error, each once, whichever item of a list they are about.
func short(err error) string {
	var out []string
	for _, m := range leafShape.FindAllString(err.Error(), -1) {
		if m = itemShape.ReplaceAllString(m, "/*"); !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	if len(out) == 0 {
		return err.Error()
	}
	slices.Sort(out)
	return strings.Join(out[:min(len(out), 8)], "; ")
}
