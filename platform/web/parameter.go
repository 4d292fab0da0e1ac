package web

import (
	"net/url"
	"slices"
	"strings"

	"egovctl/platform/kernel/fault"
)

// checkValues refuses a value that a parameter of the route cannot have. Ignored, it would answer another question.
func checkValues(params []Parameter, query url.Values) error {
	for _, p := range params {
		for _, value := range query[p.Name] {
			if len(p.Values) > 0 && value != "" && !slices.Contains(p.Values, value) {
				return fault.New(fault.Invalid, "web.parameter", "name", p.Name, "value", value,
					"values", strings.Join(p.Values, ", ")).At(p.Name)
			}
		}
	}
	return nil
}

// AtParameter is err as a list tells it: that what its parameter name names does not exist (fault.NotFound) is a fault
// of the question, not of the address.
func AtParameter(name string, err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	e := fault.From(err).At(name)
	e.Code = fault.Invalid
	return e
}
