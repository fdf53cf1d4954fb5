package reference

import "strconv"

// onList changes every ListResponse, those of discovery included.
func onList(f func(c *call, list object)) func(*behaviour) {
	return onAnswer(func(c *call, a *reply) {
		if _, ok := a.body["totalResults"]; ok {
			f(c, a.body)
		}
	})
}

var messageFaults = []Fault{
	{"list-without-schemas", "Lists do not name the ListResponse URN in schemas", "7644-3.4.2-04, Owin.Scim 44",
		onList(func(_ *call, list object) { delete(list, "schemas") })},
	{"list-without-total", "Lists have no totalResults", "7644-3.4.2-05",
		onList(func(_ *call, list object) { delete(list, "totalResults") })},
	{"list-total-string", "totalResults is a string", "OKTA-Q08 (B37)",
		onList(func(_ *call, list object) { list["totalResults"] = strconv.Itoa(list["totalResults"].(int)) })},
	{"list-resources-missing", "Lists have a totalResults but no Resources", "7644-3.4.2-07, OKTA-Q07",
		onList(func(_ *call, list object) { delete(list, "Resources") })},
	{"list-resources-null", "An empty list has null for Resources", "elimity 78, OKTA-Q07",
		onList(func(_ *call, list object) {
			if r, ok := list["Resources"].([]any); ok && len(r) == 0 {
				list["Resources"] = nil
			}
		})},
	{"list-items-per-page-echoes-count", "itemsPerPage is the count that was asked for", "SCM-7, EL-9, OKTA-Q37 (B34)",
		onPage(func(_ *call, q *query, list object) {
			list["itemsPerPage"] = defaultPageSize
			if q.count != nil {
				list["itemsPerPage"] = *q.count
			}
		})},
}
