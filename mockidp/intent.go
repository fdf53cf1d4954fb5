package mockidp

import (
	"reflect"

	"github.com/scimtest/scimtest/scim"
)

// labelled returns a copy of the dialect whose requests say which intent they
// word, so that an answer can be held against the evidence for it.
func (d *Dialect) labelled() *Dialect {
	c := *d
	v := reflect.ValueOf(&c).Elem()
	for _, intent := range Intents() {
		field := v.FieldByName(intent)
		if field.IsNil() {
			continue
		}
		plain := reflect.ValueOf(field.Interface())
		field.Set(reflect.MakeFunc(field.Type(), func(in []reflect.Value) []reflect.Value {
			out := plain.Call(in)
			switch made := out[0].Interface().(type) {
			case scim.Request:
				made.Intent = intent
				out[0] = reflect.ValueOf(made)
			case []scim.Request:
				label(intent, made)
			}
			return out
		}))
	}
	if d.matches != nil {
		c.matches = func(u User) []scim.Request { return label("Find", d.matches(u)) }
	}
	if d.updateAfter != nil {
		c.updateAfter = func(id string, current scim.Resource, u User, was before) []scim.Request {
			return label("Update", d.updateAfter(id, current, u, was))
		}
	}
	return &c
}

// label says which intent requests word.
func label(intent string, requests []scim.Request) []scim.Request {
	for i := range requests {
		requests[i].Intent = intent
	}
	return requests
}
