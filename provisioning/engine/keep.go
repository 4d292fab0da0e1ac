package engine

// KeptError says that an Undo has left what its change made.
type KeptError struct{ Why string }

// Keep is what Undo returns when it finds that what the change made must stay: a folder that is not empty, the keys of
// data that are kept. The change counts as put back; why is the message key of the reason, "" when it goes without saying.
func Keep(why string) error { return &KeptError{why} }

func (e *KeptError) Error() string { return "kept: " + e.Why }
