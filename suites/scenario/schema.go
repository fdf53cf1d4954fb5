package scenario

import (
	"encoding/json"
	"maps"
	"slices"
)

// JSONSchema is the JSON Schema, draft 2020-12, of scenario files, for editors.
func JSONSchema() []byte {
	type object = map[string]any
	key := object{"type": "string", "pattern": nameForm.String()}
	keys := object{"anyOf": []any{key, object{"type": "array", "items": key}}}
	byKey := func(value any) object {
		return object{"type": "object", "minProperties": 1, "propertyNames": key, "additionalProperties": value}
	}
	directory := object{}
	for _, name := range Attributes() {
		directory[name] = object{"type": []any{"string", "null"}}
	}
	person := object{"type": "object", "properties": directory, "additionalProperties": false}
	shapes := map[takes]object{
		takesPeople: keys, takesGroups: keys, takesAttributes: byKey(person), takesRoles: byKey(object{"anyOf": []any{object{"type": "string"}, object{"type": "array", "items": object{"type": "string"}}}}),
		takesMembers: byKey(keys), takesName: byKey(object{"type": "string", "minLength": 1}), takesTrue: {"const": true},
		takesManager:  byKey(object{"anyOf": []any{key, object{"type": "null"}}}),
		takesExpected: {"anyOf": []any{object{"const": inSync}, byKey(object{"anyOf": []any{object{"enum": []any{inSync, wordActive, wordInactive, wordGone}}, object{"type": "object"}}})}},
		takesRequest:  {"type": "string", "pattern": "^(GET|POST|PUT|PATCH|DELETE) /"},
	}
	ours, theirs, one := object{}, object{}, []any{object{"required": []any{behindOurBack}}}
	for _, name := range slices.Sorted(maps.Keys(verbs)) {
		v := verbs[name]
		shape := maps.Clone(shapes[v.takes])
		shape["description"] = v.means
		if v.do != nil {
			ours[name] = shape
			one = append(one, object{"required": []any{name}})
		}
		if v.behind != nil {
			theirs[name] = shape
		}
	}
	ours[behindOurBack] = object{
		"description": "somebody else does it to the target", "type": "object", "properties": theirs,
		"additionalProperties": false, "minProperties": 1, "maxProperties": 1,
	}
	ours["fails"] = object{
		"description": "the identity provider is to fail, with this status",
		"anyOf":       []any{object{"const": true}, object{"type": "integer", "minimum": 400, "maximum": 599}},
	}
	ours["headers"] = object{"type": "object", "additionalProperties": object{"type": "string"}}
	ours["body"] = object{"description": "sent as it stands when it is a text, else as JSON"}
	ours["as"] = key
	ours["answer"] = object{"type": "object", "properties": object{"status": object{"description": "statuses that are right"}}}
	schema := object{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "a scenario of scimtest", "type": "object",
		"required": []any{"steps"}, "additionalProperties": false,
		"properties": object{
			"name": key, "title": object{"type": "string"},
			"idp":     object{"anyOf": []any{object{"type": "string"}, object{"type": "array", "items": object{"type": "string"}}}},
			"options": object{"type": "object", "additionalProperties": object{"type": "string"}},
			"look":    object{"enum": []any{Touched, Everyone, Asked}},
			"people":  object{"type": "object", "propertyNames": key, "additionalProperties": person},
			"groups":  object{"type": "object", "propertyNames": key, "additionalProperties": object{"type": "string"}},
			"steps": object{"type": "array", "minItems": 1, "items": object{
				"type": "object", "properties": ours, "additionalProperties": false, "oneOf": one,
			}},
		},
	}
	data, _ := json.MarshalIndent(schema, "", "  ") // it holds nothing that JSON has not
	return append(data, '\n')
}
