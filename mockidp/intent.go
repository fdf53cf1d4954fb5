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
		if field := v.FieldByName(intent); !field.IsNil() {
			labelWording(intent, field.Addr().Interface())
		}
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

// labelWording has a wording, which is a pointer to a field of Dialect, label
// what it words. Each kind is wrapped by itself: a call by reflection costs more
// than the wording.
func labelWording(intent string, wording any) {
	switch at := wording.(type) {
	case *func() scim.Request:
		plain := *at
		*at = func() scim.Request { return labelOne(intent, plain()) }
	case *func() []scim.Request:
		plain := *at
		*at = func() []scim.Request { return label(intent, plain()) }
	case *func(int) scim.Request:
		plain := *at
		*at = func(startIndex int) scim.Request { return labelOne(intent, plain(startIndex)) }
	case *func(User) scim.Request:
		plain := *at
		*at = func(u User) scim.Request { return labelOne(intent, plain(u)) }
	case *func(string) scim.Request:
		plain := *at
		*at = func(id string) scim.Request { return labelOne(intent, plain(id)) }
	case *func(string, scim.Resource, User) []scim.Request:
		plain := *at
		*at = func(id string, current scim.Resource, u User) []scim.Request {
			return label(intent, plain(id, current, u))
		}
	case *func(string, scim.Resource, string) scim.Request:
		plain := *at
		*at = func(id string, current scim.Resource, managerID string) scim.Request {
			return labelOne(intent, plain(id, current, managerID))
		}
	case *func(string, []string) []scim.Request:
		plain := *at
		*at = func(id string, roles []string) []scim.Request { return label(intent, plain(id, roles)) }
	case *func(Group) scim.Request:
		plain := *at
		*at = func(g Group) scim.Request { return labelOne(intent, plain(g)) }
	case *func(Group, []Member) scim.Request:
		plain := *at
		*at = func(g Group, members []Member) scim.Request { return labelOne(intent, plain(g, members)) }
	case *func(string, Group) scim.Request:
		plain := *at
		*at = func(id string, g Group) scim.Request { return labelOne(intent, plain(id, g)) }
	case *func(string, scim.Resource, Group, []Member) scim.Request:
		plain := *at
		*at = func(id string, current scim.Resource, g Group, members []Member) scim.Request {
			return labelOne(intent, plain(id, current, g, members))
		}
	case *func(string, scim.Resource, Group, []Member) []scim.Request:
		plain := *at
		*at = func(id string, current scim.Resource, g Group, members []Member) []scim.Request {
			return label(intent, plain(id, current, g, members))
		}
	case *func(string, scim.Resource, Group, []Member, []Member, []Member) []scim.Request:
		plain := *at
		*at = func(id string, current scim.Resource, g Group, members, add, remove []Member) []scim.Request {
			return label(intent, plain(id, current, g, members, add, remove))
		}
	default:
		panic("the requests of " + intent + " are not labelled: a case is missing for its kind")
	}
}

// labelOne says which intent a request words.
func labelOne(intent string, r scim.Request) scim.Request {
	r.Intent = intent
	return r
}

// label says which intent requests word.
func label(intent string, requests []scim.Request) []scim.Request {
	for i := range requests {
		requests[i].Intent = intent
	}
	return requests
}
