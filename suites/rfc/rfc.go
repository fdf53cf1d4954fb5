// Package rfc holds the checks and invariants of RFC 7643, 7644 and 9865. A
// check fails only on a cited MUST, or on a row that the catalogue of
// requirements says fails; what a SHOULD asks for is advisory.
package rfc

import (
	"slices"

	. "github.com/scimtest/scimtest/suites/engine"
)

// Suite is the name of the suite of the checks, and InvariantSuite that of
// the invariants.
const (
	Suite          = "rfc"
	InvariantSuite = "invariants"
)

// Checks returns every check of the suite, topic by topic in the order of the
// RFCs.
func Checks() []Check {
	all := slices.Concat(
		discoveryChecks, discoveryDetailChecks, schemaDefinitionChecks, schemaCoreChecks, referenceChecks, managerChecks, commonAttributeChecks,
		createChecks,
		readChecks,
		filterChecks, filterLogicChecks, valuePathChecks,
		sortChecks,
		paginationChecks, cursorPageChecks,
		projectionChecks,
		searchChecks, searchBodyChecks,
		replaceChecks,
		patchAddChecks, patchRemoveChecks, patchReplaceChecks, patchMatrixChecks, patchErrorChecks,
		deleteChecks,
		groupChecks, membershipChecks, userMembershipChecks,
		bulkChecks,
		meChecks,
		etagChecks,
		authChecks, tenantChecks, rightsChecks, errorChecks, mediaTypeChecks,
		dataChecks, dataValueChecks, dataProfileChecks, unicodeChecks,
		unsupportedChecks, requestFormChecks, placeChecks,
		asyncChecks,
		transportChecks,
		concurrencyChecks,
		attributeChecks, attributeMutabilityChecks, attributeRequiredChecks, attributeRuleChecks, attributeReturnedChecks, attributeTypeChecks,
	)
	for i := range all {
		all[i].Suite = Suite
	}
	return all
}

// Invariants returns the rules that hold for every answer.
func Invariants() []Invariant {
	all := slices.Concat(messageInvariants, leakInvariants, resourceInvariants, valueInvariants, headerInvariants, bulkInvariants, errorInvariants, asyncInvariants)
	for i := range all {
		all[i].Suite = InvariantSuite
	}
	return all
}
