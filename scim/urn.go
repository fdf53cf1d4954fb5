package scim

// URNs of schemas (RFC 7643 sections 4, 8.7) and messages (RFC 7644 section
// 8.2).
const (
	UserURN                  = "urn:ietf:params:scim:schemas:core:2.0:User"
	GroupURN                 = "urn:ietf:params:scim:schemas:core:2.0:Group"
	EnterpriseUserURN        = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	ServiceProviderConfigURN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	ResourceTypeURN          = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	SchemaURN                = "urn:ietf:params:scim:schemas:core:2.0:Schema"

	ListResponseURN  = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	SearchRequestURN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
	PatchOpURN       = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	BulkRequestURN   = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	BulkResponseURN  = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
	ErrorURN         = "urn:ietf:params:scim:api:messages:2.0:Error"
)

// MediaType is the media type of SCIM messages (RFC 7644 section 8.1).
const MediaType = "application/scim+json"

// The endpoints of RFC 7644 section 3.2, below the base URL.
const (
	UsersEndpoint                 = "/Users"
	GroupsEndpoint                = "/Groups"
	MeEndpoint                    = "/Me"
	BulkEndpoint                  = "/Bulk"
	SearchSuffix                  = "/.search"
	ServiceProviderConfigEndpoint = "/ServiceProviderConfig"
	ResourceTypesEndpoint         = "/ResourceTypes"
	SchemasEndpoint               = "/Schemas"
)

// The words of scimType (RFC 7644 table 9, RFC 9865 section 2.2).
const (
	InvalidFilter = "invalidFilter"
	TooMany       = "tooMany"
	Uniqueness    = "uniqueness"
	Mutability    = "mutability"
	InvalidSyntax = "invalidSyntax"
	InvalidPath   = "invalidPath"
	NoTarget      = "noTarget"
	InvalidValue  = "invalidValue"
	InvalidVers   = "invalidVers"
	Sensitive     = "sensitive"
	InvalidCursor = "invalidCursor"
	ExpiredCursor = "expiredCursor"
	InvalidCount  = "invalidCount"
)
