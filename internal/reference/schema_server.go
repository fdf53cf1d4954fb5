package reference

import "github.com/scimtest/scimtest/scim"

// serverSchemas are the schemas of the discovery resources (RFC 7643 section
// 8.7.2 with its verified errata; pagination by RFC 9865 section 4).
func serverSchemas() []*schema {
	list := []*schema{configSchema(), resourceTypeSchema(), schemaSchema()}
	for _, s := range list {
		for _, a := range s.attributes {
			freeze(a)
		}
	}
	return list
}

// freeze makes a definition readOnly with all its parts: nothing of discovery
// can be written.
func freeze(a *attribute) {
	a.mutability = readOnly
	for _, sub := range a.subs {
		freeze(sub)
	}
}

func configSchema() *schema {
	supported := func(more ...*attribute) []*attribute {
		return append([]*attribute{boolean("supported", "Whether it is offered.", required)}, more...)
	}
	return &schema{
		id: scim.ServiceProviderConfigURN, name: "ServiceProviderConfig", about: "What the service provider offers.",
		attributes: []*attribute{
			reference("documentationUri", "Pages for people.", refersTo("external")),
			complexOf("patch", "Changes of parts of resources.", supported(), required),
			complexOf("bulk", "Many operations in one request.", supported(
				integer("maxOperations", "How many operations a request may have.", required),
				integer("maxPayloadSize", "How many bytes a request may have.", required),
			), required),
			complexOf("filter", "Queries with a filter.", supported(
				integer("maxResults", "How many resources an answer has at most.", required),
			), required),
			complexOf("changePassword", "Changes of passwords.", supported(), required),
			complexOf("sort", "Sorted lists.", supported(), required),
			complexOf("etag", "Versions of resources.", supported(), required),
			complexOf("pagination", "Lists in pages.", []*attribute{
				boolean("cursor", "Whether pages are found by cursor.", required),
				boolean("index", "Whether pages are found by index.", required),
				text("defaultPaginationMethod", "What is used when a query names neither.", values("cursor", "index")),
				integer("defaultPageSize", "The size of a page when none is asked for."),
				integer("maxPageSize", "The largest size of a page."),
				integer("cursorTimeout", "How many seconds a cursor is good for."),
			}),
			complexOf("authenticationSchemes", "Ways to authenticate.", []*attribute{
				text("type", "The kind of scheme.", required, values("oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest")),
				text("name", "The name of the scheme.", required),
				text("description", "What the scheme is.", required),
				reference("specUri", "The specification of the scheme.", refersTo("external")),
				reference("documentationUri", "Pages about the scheme.", refersTo("external")),
				boolean("primary", "Whether this is the preferred scheme; true at most once."),
			}, plural, required),
		},
	}
}

func resourceTypeSchema() *schema {
	return &schema{
		id: scim.ResourceTypeURN, name: "ResourceType", about: "A kind of resource and where it is found.",
		attributes: []*attribute{
			text("name", "The name of the resource type.", required, caseExact, unique),
			text("description", "What the resources are."),
			reference("endpoint", "Where the resources are, below the base URL.", required, unique, refersTo("uri")),
			reference("schema", "The URI of the base schema.", required, refersTo("uri")),
			complexOf("schemaExtensions", "The schemas that may be added.", []*attribute{
				reference("schema", "The URI of the extension.", required, refersTo("uri")),
				boolean("required", "Whether every resource has the extension.", required),
			}, plural),
		},
	}
}

func schemaSchema() *schema {
	characteristics := func() []*attribute {
		return []*attribute{
			text("name", "The name of the attribute.", required, caseExact),
			text("type", "The type of its values.", required,
				values(typeString, typeComplex, typeBoolean, typeDecimal, typeInteger, typeDateTime, typeReference, typeBinary)),
			boolean("multiValued", "Whether it may have several values.", required),
			text("description", "What it is."),
			boolean("required", "Whether it has to have a value.", required),
			text("canonicalValues", "Values that are suggested.", plural),
			boolean("caseExact", "Whether letter case matters."),
			text("mutability", "Whether and when it can be written.", required, values(readOnly, readWrite, immutable, writeOnly)),
			text("returned", "When it is shown.", required, values(always, never, byDefault, request)),
			text("uniqueness", "Among which resources a value is unique.", values(none, server, global)),
			text("referenceTypes", "What it may refer to.", plural),
		}
	}
	return &schema{
		id: scim.SchemaURN, name: "Schema", about: "The attributes of a kind of resource.",
		attributes: []*attribute{
			text("name", "The name of the schema."),
			text("description", "What the schema is about."),
			complexOf("attributes", "The definitions of the attributes.", append(characteristics(),
				complexOf("subAttributes", "The definitions of the parts of a complex attribute.", characteristics(), plural),
			), plural, required),
		},
	}
}
