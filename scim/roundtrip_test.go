package scim

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The generators make every tree that the parser can give.

func genName() *rapid.Generator[string] {
	return rapid.StringMatching(`\$?[A-Za-z][A-Za-z0-9_$-]{0,8}`)
}

func genAttr() *rapid.Generator[AttrPath] {
	return rapid.Custom(func(t *rapid.T) AttrPath {
		a := AttrPath{Name: genName().Draw(t, "name")}
		if rapid.Bool().Draw(t, "has sub") {
			a.Sub = genName().Draw(t, "sub")
		}
		if rapid.Bool().Draw(t, "has URN") {
			a.URN = rapid.SampledFrom([]string{UserURN, EnterpriseUserURN, "urn:example:x-1.5:a", "URN:ab:c"}).Draw(t, "URN")
		}
		return a
	})
}

func genValue() *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.String().AsAny(),
		rapid.Bool().AsAny(),
		rapid.Just[any](nil),
		rapid.Map(rapid.Int(), func(n int) any { return json.Number(strconv.Itoa(n)) }),
		rapid.Map(rapid.Float64(), func(f float64) any { return json.Number(strconv.FormatFloat(f, 'g', -1, 64)) }),
	)
}

func genFilter(depth int, inValue bool) *rapid.Generator[Filter] {
	return rapid.Custom(func(t *rapid.T) Filter {
		kind := rapid.IntRange(0, 5).Draw(t, "kind")
		if depth == 0 {
			kind %= 2
		}
		inner := func(label string) Filter { return genFilter(depth-1, inValue).Draw(t, label) }
		switch kind {
		case 0:
			op := rapid.SampledFrom([]Op{EQ, NE, CO, SW, EW, GT, GE, LT, LE}).Draw(t, "op")
			return &Compare{genAttr().Draw(t, "attr"), op, genValue().Draw(t, "value")}
		case 2:
			return &And{inner("left"), inner("right")}
		case 3:
			return &Or{inner("left"), inner("right")}
		case 4:
			return &Not{inner("inner")}
		case 5:
			if !inValue {
				return &ValueFilter{Attr: genAttr().Draw(t, "attr"), Inner: genFilter(depth-1, true).Draw(t, "inner")}
			}
		}
		return &Present{genAttr().Draw(t, "attr")}
	})
}

func TestEveryFilterReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := genFilter(5, false).Draw(t, "filter")
		again, err := ParseFilter(f.String())
		require.NoError(t, err, f.String())
		require.Equal(t, f, again, f.String())
	})
}

func TestEveryPathReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Path{Attr: genAttr().Draw(t, "attr")}
		if rapid.Bool().Draw(t, "has filter") {
			p.Filter = genFilter(3, true).Draw(t, "filter")
			if rapid.Bool().Draw(t, "has sub") {
				p.Sub = genName().Draw(t, "sub")
			}
		}
		again, err := ParsePath(p.String())
		require.NoError(t, err, p.String())
		require.Equal(t, p, again, p.String())
	})
}

func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{
		`userName eq "bjensen"`, `title pr and userType eq "Employee"`, `not (a pr) or b[c ne null].d gt 1.5e3`,
		UserURN + `:name.givenName sw "\u00e4"`, `emails[type eq "work"].value eq "x"`, `urn:a:b pr`, `a eq "\`, `(((`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		filter, err := ParseFilter(s)
		lenient, beyond, lenientErr := ParseFilterLenient(s)
		if err == nil {
			require.NoError(t, lenientErr, "strict takes what lenient refuses")
			require.Equal(t, filter, lenient)
			require.Empty(t, beyond)
			again, err := ParseFilter(filter.String())
			require.NoError(t, err, filter.String())
			require.Equal(t, filter, again, filter.String())
		}
		if lenientErr == nil {
			require.Equal(t, err != nil, len(beyond) > 0, "beyond the grammar, or not")
			again, _, err := ParseFilterLenient(lenient.String())
			require.NoError(t, err, lenient.String())
			require.Equal(t, lenient, again, lenient.String())
		}
	})
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{
		`members[value eq "1"].displayName`, `name.familyName`, EnterpriseUserURN, EnterpriseUserURN + `:manager.value`,
		`urn:example:2.0`, `urn:ab:c.d`, `emails[`, `$ref`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePath(s)
		if err != nil {
			return
		}
		again, err := ParsePath(p.String())
		require.NoError(t, err, p.String())
		require.Equal(t, p, again)
		p.Attr.Resolve(UserURN, s)
	})
}
