package reference

// URNs of the custom resource type, in the namespace of RFC 6963.
const (
	deviceURN      = "urn:example:scimtest:2.0:Device"
	deviceAssetURN = "urn:example:scimtest:extension:asset:2.0:Device"
)

// deviceType is a resource type of our own that has every attribute type and
// every characteristic, so that what a tester derives from /Schemas can be
// tried.
func deviceType() *resourceType {
	return &resourceType{
		name: "Device", endpoint: "/Devices", about: "Devices that people use.",
		schema: &schema{id: deviceURN, name: "Device", about: "A device that people use.", attributes: []*attribute{
			text("displayName", "The name to show.", required, returned(always)),
			text("serialNumber", "The number that the maker gave it.", caseExact, unique, mutable(immutable)),
			text("model", "What the maker calls it."),
			text("maker", "Who made it.", mutable(immutable)),
			dateTime("made", "When it was made.", mutable(immutable)),
			text("hostName", "The name in the network.", unique),
			text("imei", "The identity of its radio.", caseExact, func(a *attribute) { a.uniqueness = global }),
			text("firmware", "The version of its firmware.", caseExact),
			text("status", "What it is used for at present.", values("stock", "in-use", "retired")),
			boolean("managed", "Whether it is managed."),
			integer("ports", "How many ports it has."),
			decimal("weight", "Its weight in kilograms."),
			dateTime("purchased", "When it was bought."),
			binary("publicKey", "Its public key."),
			reference("documentation", "Where its manual is.", refersTo("external")),
			reference("owner", "The URI of the user who has it.", refersTo("User")),
			text("unlockCode", "The secret that unlocks it.", caseExact, mutable(writeOnly), returned(never)),
			text("notes", "Notes that are shown on request.", returned(request)),
			integer("revision", "How often it was changed.", mutable(readOnly), computed),
			complexOf("location", "Where it stands.", []*attribute{
				text("building", "The building.", required),
				text("room", "The room."),
				integer("floor", "The floor."),
			}),
			text("tags", "Words to find it by.", plural),
			reference("photos", "Pictures of it.", plural, refersTo("external")),
			integer("channels", "The radio channels that it uses.", plural),
			complexOf("addresses", "Its network addresses.", []*attribute{
				text("value", "The address.", required, caseExact),
				text("type", "What kind of address it is.", values("mac", "ipv4", "ipv6")),
				text("display", "A label for people."),
				boolean("primary", "Whether this is the preferred address; true at most once."),
				dateTime("seen", "When it was last seen there."),
			}, plural),
		}},
		extensions: []*schema{{id: deviceAssetURN, name: "Asset", about: "What book-keeping knows about a device.", attributes: []*attribute{
			text("assetTag", "The number of the asset.", required, caseExact),
			decimal("price", "What it cost."),
			dateTime("writtenOff", "When it will be written off."),
			boolean("leased", "Whether it is leased."),
			complexOf("contracts", "Contracts about it.", []*attribute{
				text("value", "The number of the contract."),
				text("type", "What the contract is about.", values("service", "lease")),
				reference("$ref", "Where the contract is.", refersTo("external")),
			}, plural),
		}}},
	}
}
