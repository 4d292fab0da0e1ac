package web

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// AnyOf is the Answer of a route that tells different readers different things: a value of each type.
type AnyOf []any

// schemas turns Go types into JSON Schema (2020-12, the dialect of OpenAPI 3.1). Named structs become components.
type schemas struct {
	named object
	names map[reflect.Type]string
}

func newSchemas() *schemas { return &schemas{named: object{}, names: map[reflect.Type]string{}} }

var (
	timeType      = reflect.TypeFor[time.Time]()
	rawType       = reflect.TypeFor[json.RawMessage]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

func (s *schemas) of(v any) object {
	several, ok := v.(AnyOf)
	if !ok {
		return s.schema(reflect.TypeOf(v))
	}
	var all []object
	for _, x := range several {
		all = append(all, s.of(x))
	}
	return object{"anyOf": all}
}

func (s *schemas) schema(t reflect.Type) object {
	switch {
	case t == timeType:
		return object{"type": "string", "format": "date-time"}
	case t == rawType, t.Kind() == reflect.Interface:
		return object{}
	case t.Kind() == reflect.Pointer:
		return object{"anyOf": []object{s.schema(t.Elem()), {"type": "null"}}}
	case t.Implements(textMarshaler):
		return orNull(t, object{"type": "string"})
	}
	switch t.Kind() {
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice, reflect.Array:
		return object{"type": "array", "items": s.schema(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.schema(t.Elem())}
	case reflect.Struct:
		return s.structure(t)
	default:
		return object{"type": "string"}
	}
}

// orNull allows null where a type writes its zero value so, as a day that is not known.
func orNull(t reflect.Type, schema object) object {
	if zero, err := json.Marshal(reflect.Zero(t).Interface()); err == nil && string(zero) == "null" {
		return object{"anyOf": []object{schema, {"type": "null"}}}
	}
	return schema
}

func (s *schemas) structure(t reflect.Type) object {
	if t.Name() == "" {
		return s.members(t)
	}
	name, ok := s.names[t]
	if !ok {
		name = s.freeName(t)
		s.names[t] = name
		s.named[name] = object{} // a type may hold itself
		s.named[name] = s.members(t)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// freeName is the type's name, with its package when another package has the same.
func (s *schemas) freeName(t reflect.Type) string {
	clean := strings.NewReplacer("[", "Of", "]", "", "*", "", ".", "_", "/", "_", ",", "_", " ", "")
	short := t.Name()
	if base, inner, generic := strings.Cut(short, "["); generic { // web.List[egovctl/…/api.unit] is ListOfunit
		inner = strings.TrimSuffix(inner, "]")
		short = base + "[" + inner[strings.LastIndexAny(inner, "./")+1:] + "]"
	}
	name := clean.Replace(short)
	if _, taken := s.named[name]; taken {
		name = clean.Replace(t.PkgPath()) + "_" + name
	}
	return name
}

func (s *schemas) members(t reflect.Type) object {
	properties, required := object{}, []string{}
	s.collect(t, properties, &required)
	out := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func (s *schemas) collect(t reflect.Type, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || (!f.IsExported() && !f.Anonymous):
			continue
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			s.collect(f.Type, properties, required)
			continue
		case name == "":
			name = f.Name
		}
		properties[name] = s.schema(f.Type)
		if !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
			*required = append(*required, name)
		}
	}
}
