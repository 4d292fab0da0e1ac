package engine

import (
	"errors"
	"fmt"
)

// ErrBefore says that a step cannot look yet, because what an earlier step makes is not there: there are no roles to
// look at before there is a database. A dry run lists such a step as "after X".
var ErrBefore = errors.New("cannot look before an earlier step has been done")

// BeforeError is ErrBefore with what the step knows all the same.
type BeforeError struct {
	Step  string   // the earlier step that must come first; "" for the nearest one that still has something to do
	Known []Change // changes that will be needed whatever is found then
}

// After is what Plan returns when it cannot look before step has been done. known are the changes that will be needed
// in any case; a dry run shows them, a real run asks again when the turn comes and takes the answer of then.
func After(step string, known ...Change) error { return &BeforeError{Step: step, Known: known} }

func (e *BeforeError) Error() string {
	if e.Step == "" {
		return ErrBefore.Error()
	}
	return fmt.Sprintf("%v (%s)", ErrBefore, e.Step)
}

// Is makes errors.Is(err, ErrBefore) true.
func (e *BeforeError) Is(target error) bool { return target == ErrBefore }
