package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/fault"
)

func TestTheOutermostFaultSpeaks(t *testing.T) {
	inner := fault.New(fault.NotFound, "inner")
	for name, c := range map[string]struct {
		err  error
		code fault.Code
		key  string
	}{
		"a fault":                         {inner, fault.NotFound, "inner"},
		"a fault below a plain line":      {fmt.Errorf("read: %w", inner), fault.NotFound, "inner"},
		"a fault around a fault":          {fault.Wrap(inner, fault.Busy, "outer"), fault.Busy, "outer"},
		"a fault among several errors":    {errors.Join(io.EOF, inner), fault.NotFound, "inner"},
		"an error that is nobody's fault": {io.EOF, fault.Internal, "internal"},
	} {
		e := fault.From(c.err)
		if e.Code != c.code || e.Key != c.key || fault.CodeOf(c.err) != c.code || !fault.Is(c.err, c.code) || fault.Is(c.err, fault.Refused) {
			t.Errorf("%s: %v", name, e)
		}
	}
	if fault.CodeOf(nil) != "" || fault.Is(nil, fault.Internal) || fault.Is(nil, "") {
		t.Error("no error has a code")
	}
}

func TestAFaultIsTheSameLineEachTime(t *testing.T) {
	e := fault.Wrap(io.ErrUnexpectedEOF, fault.Invalid, "form.bad", "z", 1, "a", "x y", "odd").At("name")
	for range 20 {
		if got := e.Error(); got != `invalid: form.bad a="x y" z="1" field="name": unexpected EOF` {
			t.Fatal(got)
		}
	}
	if !errors.Is(e, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	if diff := cmp.Diff(map[string]string{"a": "x y", "z": "1"}, e.Args); diff != "" {
		t.Error(diff)
	}
}

func TestPointingAtAFieldLeavesTheFaultAsItWas(t *testing.T) {
	e := fault.New(fault.Invalid, "form.bad")
	if at := e.At("name"); at.Field != "name" || e.Field != "" || at.Key != e.Key {
		t.Errorf("%v became %v", e, at)
	}
}
