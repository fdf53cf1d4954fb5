package reference

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/scimtest/scimtest/scim"
)

// isDevice reports whether the request is about devices, with the method.
func (c *call) isDevice(method string) bool {
	return c.method == method && c.endpoint() == "/Devices" && !c.isSearch()
}

// onDevices sees requests about devices with the method before they are
// carried out.
func onDevices(method string, f func(c *call) error) func(*behaviour) {
	return onRequest(func(c *call) (*reply, error) {
		if c.isDevice(method) && c.body != nil {
			return nil, f(c)
		}
		return nil, nil
	})
}

// onImmutable sees immutable attributes of devices in a write with the method.
func onImmutable(method string, f func(p place, before, after object) error) func(*behaviour) {
	return onWrite(func(c *call, r *resource, before, after object) error {
		if r.kind.name != "Device" || c.method != method {
			return nil
		}
		for _, p := range r.kind.places() {
			if p.attr.mutability == immutable {
				if err := f(p, before, after); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// takesRevision stores the revision that a client sends with the method,
// although it is readOnly.
func takesRevision(method string) func(*behaviour) {
	return func(b *behaviour) {
		onWrite(func(c *call, r *resource, before, after object) error {
			if r.kind.name != "Device" {
				return nil
			}
			if v, sent := c.body["revision"].(json.Number); sent && c.method == method {
				after["revision"] = v
			} else if before["revision"] != nil {
				after["revision"] = before["revision"]
			}
			return nil
		})(b)
		onShow(func(_ *call, r *resource, o object) {
			if v := r.doc["revision"]; v != nil && o["revision"] != nil {
				o["revision"] = v
			}
		})(b)
	}
}

func refusesRevision(c *call) error {
	if _, sent := c.body["revision"]; sent {
		return refuse(scim.Mutability, "revision is readOnly")
	}
	return nil
}

// characteristicFaults are in the characteristics of attributes (RFC 7643
// section 7), shown on devices.
var characteristicFaults = []Fault{
	{"put-overwrites-immutable", "PUT gives immutable attributes other values", "7643-7-27, 7644-3.5.1-10",
		onSwitch(func(s *switches) {
			s.immutableChanges = func(c *call) bool { return c.isDevice(http.MethodPut) }
		})},
	{"put-ignores-immutable-mismatch", "PUT with another value for an immutable attribute succeeds without changing it", "7644-3.5.1-11",
		func(b *behaviour) {
			b.immutableChanges = func(c *call) bool { return c.isDevice(http.MethodPut) }
			onImmutable(http.MethodPut, func(p place, before, after object) error {
				if old := p.get(before); !isEmpty(old) {
					p.set(after, old)
				}
				return nil
			})(b)
		}},
	{"put-refuses-immutable", "PUT with an immutable attribute is refused even with the value that it has", "7644-3.5.1-10, SimpleIdServer 247",
		onDevices(http.MethodPut, func(c *call) error {
			for _, a := range c.kind().schema.attributes {
				if _, sent := member(c.body, a.name); sent && a.mutability == immutable {
					return refuse(scim.Mutability, "%s is immutable", a.name)
				}
			}
			return nil
		})},
	{"put-refuses-first-immutable", "PUT with the first value of an immutable attribute is refused", "7644-3.5.1-12",
		onImmutable(http.MethodPut, refusesFirst)},
	{"put-ignores-first-immutable", "PUT ignores the first value of an immutable attribute", "7644-3.5.1-12",
		onImmutable(http.MethodPut, func(p place, before, after object) error {
			if isEmpty(p.get(before)) {
				p.set(after, nil)
			}
			return nil
		})},
	{"patch-overwrites-immutable", "PATCH gives immutable attributes other values", "7644-3.5.2-19",
		onSwitch(func(s *switches) {
			s.immutableChanges = func(c *call) bool { return c.isDevice(http.MethodPatch) }
		})},
	{"patch-ignores-immutable", "PATCH of an immutable attribute does nothing", "7644-3.5.2-19, 7644-3.5.2-21",
		skipWhen(func(p *patcher, _ *operation, t *target) bool {
			return t != nil && t.attr != nil && t.attr.mutability == immutable && !isEmpty(t.get(p.doc))
		})},
	{"patch-refuses-first-immutable", "PATCH with the first value of an immutable attribute is refused", "7644-3.5.2-20",
		onImmutable(http.MethodPatch, refusesFirst)},
	{"create-takes-read-only", "A new device has the revision that the client sends", "7643-7-24", takesRevision(http.MethodPost)},
	{"put-takes-read-only", "PUT gives a device the revision that the client sends", "7643-7-24", takesRevision(http.MethodPut)},
	{"create-refuses-computed", "A create with a value for a readOnly attribute is refused", "7644-3.3-02", onDevices(http.MethodPost, refusesRevision)},
	{"put-refuses-computed", "PUT with a value for a readOnly attribute is refused", "7644-3.5.1-13", onDevices(http.MethodPut, refusesRevision)},
	{"create-without-required", "A device is created without a name", "7643-7-17",
		onSwitch(func(s *switches) {
			s.optional = func(c *call, a *attribute) bool { return c.isDevice(http.MethodPost) && a.name == "displayName" }
		})},
	{"put-clears-required-name", "PUT without the name of a device takes it away", "7643-7-17, 7644-3.5.1-14",
		onSwitch(func(s *switches) {
			s.optional = func(c *call, a *attribute) bool { return c.isDevice(http.MethodPut) && a.name == "displayName" }
		})},
	{"create-demands-unpublished", "A user needs a costCenter, of which the schemas tell nothing", "7643-1.1-01",
		onWrite(func(_ *call, r *resource, before, after object) error {
			ext, _ := after[scim.EnterpriseUserURN].(object)
			if r.kind.name == "User" && before == nil && isEmpty(ext["costCenter"]) {
				return refuse(scim.InvalidValue, "costCenter must be given")
			}
			return nil
		})},
	{"create-without-required-part", "A device is created with a location without a building", "7643-7-17",
		func(b *behaviour) {
			onDevices(http.MethodPost, func(c *call) error {
				if o, ok := c.body["location"].(object); ok && o["building"] == nil {
					c.aside = o
					delete(c.body, "location")
				}
				return nil
			})(b)
			onWrite(func(c *call, r *resource, _, after object) error {
				if o, ok := c.aside.(object); ok && c.isDevice(http.MethodPost) {
					after["location"] = o
				}
				return nil
			})(b)
		}},
	{"create-without-required-part-500", "A device with a location without a building is answered with 500", "7643-7-17",
		onDevices(http.MethodPost, func(c *call) error {
			if o, ok := c.body["location"].(object); ok && o["building"] == nil {
				return fail(http.StatusInternalServerError, "the building is missing")
			}
			return nil
		})},
	{"patch-removes-required-name", "PATCH takes the name of a device away", "7644-3.5.2.2-09",
		onSwitch(func(s *switches) {
			s.optional = func(c *call, a *attribute) bool { return c.isDevice(http.MethodPatch) && a.name == "displayName" }
		})},
	{"made-up-words-refused", "A user with a role of an unknown type is refused, of which the schemas tell nothing", "7643-2.2-02, interop scimmy",
		onWrite(func(_ *call, r *resource, _, after object) error {
			for _, v := range listOf(after["roles"]) {
				if o, ok := v.(object); ok && r.kind.name == "User" && strings.HasPrefix(textOf(o, "type"), "made-up") {
					return refuse(scim.InvalidValue, "the type of roles is not known")
				}
			}
			return nil
		})},
	{"always-attributes-left-out", "The name of a device, which is always returned, is left out when it is not asked for", "7643-7-30",
		onShow(func(c *call, r *resource, o object) {
			if r.kind.name == "Device" && c.method == http.MethodGet && c.projects() {
				delete(o, "displayName")
			}
		})},
	{"write-only-returned-when-asked", "The unlock code of a device is shown to who asks for it", "7643-7-31",
		onShow(func(c *call, r *resource, o object) {
			if r.kind.name == "Device" && strings.Contains(c.params.Get("attributes"), "unlockCode") {
				o["unlockCode"] = r.doc["unlockCode"]
			}
		})},
	{"unlisted-value-answers-500", "A status that is not among the canonical ones is an error of the server", "7643-7-19",
		onDevices(http.MethodPost, func(c *call) error {
			if s := textOf(c.body, "status"); s != "" && !slices.Contains([]string{"stock", "in-use", "retired"}, s) {
				return fail(http.StatusInternalServerError, "no such status")
			}
			return nil
		})},
	{"unique-attributes-not-enforced", "Two devices share the value of a unique attribute", "7643-7-38",
		onSwitch(func(s *switches) {
			s.acceptDuplicate = func(c *call) bool { return c.isDevice(http.MethodPost) }
		})},
	{"shared-values-refused", "A second device of a model is refused", "7643-7-37",
		onWrite(func(c *call, r *resource, before, after object) error {
			if r.kind.name != "Device" || before != nil || isEmpty(after["model"]) {
				return nil
			}
			for _, other := range c.srv.store.collections[r.kind].list {
				if other.doc["model"] == after["model"] {
					return conflict(r.kind.find("", "model").attr, textOf(after, "model"))
				}
			}
			return nil
		})},
	{"case-exact-lower-cased", "The firmware of a device, which is case exact, is kept in small letters", "7643-7-22",
		onWrite(func(_ *call, r *resource, _, after object) error {
			if s := textOf(after, "firmware"); r.kind.name == "Device" && s != "" {
				after["firmware"] = strings.ToLower(s)
			}
			return nil
		})},
	{"device-filter-case-sensitive", "A filter compares the names of devices with case", "7643-7-21",
		onPage(func(c *call, _ *query, list object) {
			_, want, ok := strings.Cut(c.params.Get("filter"), "displayName eq ")
			if c.endpoint() != "/Devices" || !ok {
				return
			}
			kept := []any{}
			for _, v := range listOf(list["Resources"]) {
				if o, _ := v.(object); scim.Quote(textOf(o, "displayName")) == want {
					kept = append(kept, v)
				}
			}
			list["Resources"], list["totalResults"], list["itemsPerPage"] = kept, len(kept), len(kept)
		})},
	{"request-attributes-always-shown", "The notes of a device are shown without being asked for", "7643-7-34",
		onShow(func(c *call, r *resource, o object) {
			if r.kind.name == "Device" && c.method == http.MethodGet && r.doc["notes"] != nil {
				o["notes"] = r.doc["notes"]
			}
		})},
	{"request-attributes-never-shown", "The notes of a device are not shown even when they are asked for", "7643-7-34",
		onShow(func(c *call, r *resource, o object) {
			if r.kind.name == "Device" && c.method == http.MethodGet {
				delete(o, "notes")
			}
		})},
	{"default-attributes-on-request", "The model of a device is shown when it is asked for alone", "7643-7-33",
		onShow(func(c *call, r *resource, o object) {
			if r.kind.name == "Device" && c.method == http.MethodGet && c.params.Get("attributes") == "" {
				delete(o, "model")
			}
		})},
	{"patch-ignores-wrong-types", "PATCH of a device with a value of another type does nothing", "7644-3.5.2-17",
		skipWhen(func(p *patcher, o *operation, t *target) bool {
			if p.r.kind.name != "Device" || t == nil || t.attr == nil || t.attr.multiValued {
				return false
			}
			_, err := t.attr.coerce(o.value)
			return err != nil
		})},
	{"put-stores-malformed-values", "PUT of a device stores values that are not of the attribute's type", "7643-2.3.4-01",
		func(b *behaviour) {
			onDevices(http.MethodPut, func(c *call) error {
				bad := object{}
				for name, v := range c.body {
					if p := c.kind().find("", name); p.attr != nil && !p.attr.multiValued && p.attr.name != "schemas" {
						if _, err := p.attr.coerce(v); err != nil {
							bad[p.attr.name] = v
							delete(c.body, name)
						}
					}
				}
				c.aside = bad
				return nil
			})(b)
			onWrite(func(c *call, _ *resource, _, after object) error {
				bad, _ := c.aside.(object)
				for name, v := range bad {
					after[name] = v
				}
				return nil
			})(b)
		}},
	{"decimals-as-strings", "Decimals of a device are shown as strings", "7643-2.3-04",
		onDeviceValue(typeDecimal, func(v any) any { return string(v.(json.Number)) })},
	{"integers-as-strings", "Integers of a device are shown as strings", "7643-2.3-05",
		onDeviceValue(typeInteger, func(v any) any { return string(v.(json.Number)) })},
	{"integers-with-fraction", "Integers of a device are shown with a fraction", "7643-2.3.4-01",
		onDeviceValue(typeInteger, func(v any) any { return v.(json.Number) + ".0" })},
	{"date-times-as-seconds", "dateTimes of a device are shown as a number of seconds", "7643-2.3-06",
		onDeviceValue(typeDateTime, func(v any) any {
			at, _ := parseTime(v.(string))
			return at.Unix()
		})},
	{"date-times-without-time", "dateTimes of a device are shown as dates", "7643-2.3.5-02",
		onDeviceValue(typeDateTime, func(v any) any { return v.(string)[:len("2006-01-02")] })},
	{"binaries-in-hex", "Binary values of a device are shown as hexadecimal digits", "7643-2.3.6-01",
		onDeviceValue(typeBinary, func(v any) any {
			b, _ := base64.StdEncoding.DecodeString(v.(string))
			return hex.EncodeToString(b)
		})},
	{"references-as-objects", "References of a device are shown as objects", "7643-2.3-08",
		onDeviceValue(typeReference, func(v any) any { return object{"value": v} })},
}

func refusesFirst(p place, before, after object) error {
	if isEmpty(p.get(before)) && !isEmpty(p.get(after)) {
		return refuse(scim.Mutability, "%s is immutable", p.attr.name)
	}
	return nil
}

// onDeviceValue shows single values of a type in another form.
func onDeviceValue(kind string, f func(v any) any) func(*behaviour) {
	return onShow(func(_ *call, r *resource, o object) {
		if r.kind.name != "Device" {
			return
		}
		for _, a := range r.kind.schema.attributes {
			if v, shown := o[a.name]; shown && a.kind == kind && !a.multiValued && !a.computed {
				o[a.name] = f(v)
			}
		}
	})
}
