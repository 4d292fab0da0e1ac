package trial

// NextRelease is Next for a program that is no test; End removes what it has built.
func NextRelease() (Release, error) { return next() }
