package reference

import (
	"net/http"
	"slices"
	"strings"
)

// attributeClass is a class of attributes that a service provider may fail to
// store: those of one type, or those with several values.
type attributeClass struct {
	id, what string
	has      func(*attribute) bool
}

var attributeClasses = []attributeClass{
	{"strings", "strings", single(typeString)},
	{"booleans", "booleans", single(typeBoolean)},
	{"integers", "integers", single(typeInteger)},
	{"decimals", "decimals", single(typeDecimal)},
	{"date-times", "dateTimes", single(typeDateTime)},
	{"binaries", "binary values", single(typeBinary)},
	{"references", "references", single(typeReference)},
	{"complex", "complex values", single(typeComplex)},
	{"multi-valued", "multi-valued attributes", func(a *attribute) bool { return a.multiValued }},
}

func single(kind string) func(*attribute) bool {
	return func(a *attribute) bool { return !a.multiValued && a.kind == kind }
}

// attributeFaults are in what becomes of the attributes of devices, whatever
// they are: servers map some types and characteristics and forget others.
var attributeFaults = classFaults()

func classFaults() (out []Fault) {
	for _, k := range attributeClasses {
		out = append(out,
			Fault{"create-drops-" + k.id, "A new device loses its " + k.what, "7644-3.3-13",
				onDeviceWrite(http.MethodPost, func(p place, _, after object) {
					if k.has(p.attr) && !p.attr.required {
						p.set(after, nil)
					}
				})},
			Fault{"put-keeps-old-" + k.id, "PUT of a device does not replace its " + k.what, "7644-3.5.1-04",
				onDeviceWrite(http.MethodPut, func(p place, before, after object) {
					if k.has(p.attr) && !isEmpty(p.get(before)) {
						p.set(after, p.get(before))
					}
				})},
			Fault{"patch-keeps-old-" + k.id, "PATCH of a device does not replace its " + k.what, "7644-3.5.2.3-02",
				onDeviceWrite(http.MethodPatch, func(p place, before, after object) {
					if k.has(p.attr) && !isEmpty(p.get(before)) {
						p.set(after, p.get(before))
					}
				})},
		)
	}
	return out
}

// onDeviceWrite calls f for each attribute of a device that is written with
// the method.
func onDeviceWrite(method string, f func(p place, before, after object)) func(*behaviour) {
	return onWrite(func(c *call, r *resource, before, after object) error {
		if r.kind.name != "Device" || !strings.EqualFold(c.method, method) {
			return nil
		}
		for _, p := range r.kind.places() {
			if p.ext == nil && slices.Contains(common, p.attr) {
				continue
			}
			f(p, before, after)
		}
		return nil
	})
}
