package kit

// Bounds of what is read before anything is trusted, and of what a trusted kit may ask of a host.
const (
	mostRoots    = 100
	mostMetadata = 256 << 10 // bytes of one metadata file
	mostManifest = 16 << 20
	mostMembers  = 20_000
	mostMember   = 4 << 30  // bytes of one member, unpacked
	mostContent  = 16 << 30 // bytes of all members, unpacked
	mostWindow   = 8 << 20  // bytes that unpacking a member may hold in memory
	mostName     = 150
)
