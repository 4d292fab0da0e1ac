package receipt

import "encoding/binary"

// vietnamese holds letters whose absence gives away a font that was not drawn for Vietnamese.
const vietnamese = "ĂÂĐÊÔƠƯăâđêôơưẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹABCxyz0189-.,"

// covers reports whether the TrueType file has a glyph for every character of want: it reads the character map
// (table cmap, format 4), the one that the PDF writer uses.
func covers(font []byte, want string) bool {
	cmap := table(font, "cmap")
	if len(cmap) < 4 {
		return false
	}
	for i := range int(binary.BigEndian.Uint16(cmap[2:])) {
		at := 4 + 8*i
		if at+8 > len(cmap) {
			return false
		}
		offset := int(binary.BigEndian.Uint32(cmap[at+4:]))
		if offset+16 > len(cmap) || binary.BigEndian.Uint16(cmap[offset:]) != 4 {
			continue
		}
		all := true
		for _, r := range want {
			all = all && mapped(cmap[offset:], uint16(r))
		}
		return all
	}
	return false
}

// table returns a table of the font file, nil when it is not there.
func table(font []byte, tag string) []byte {
	if len(font) < 12 {
		return nil
	}
	for i := range int(binary.BigEndian.Uint16(font[4:])) {
		at := 12 + 16*i
		if at+16 > len(font) {
			return nil
		}
		if string(font[at:at+4]) == tag {
			from, n := int(binary.BigEndian.Uint32(font[at+8:])), int(binary.BigEndian.Uint32(font[at+12:]))
			if from < 0 || n < 0 || from+n > len(font) {
				return nil
			}
			return font[from : from+n]
		}
	}
	return nil
}

// mapped looks r up in the segments of a format 4 map.
func mapped(m []byte, r uint16) bool {
	segments := int(binary.BigEndian.Uint16(m[6:])) // twice their number
	word := func(at int) uint16 {
		if at+2 > len(m) {
			return 0
		}
		return binary.BigEndian.Uint16(m[at:])
	}
	for i := 0; i < segments; i += 2 {
		if word(14+i) < r {
			continue
		}
		start, delta, place := word(16+segments+i), word(16+2*segments+i), 16+3*segments+i
		if start > r {
			return false
		}
		if offset := word(place); offset != 0 {
			return word(place+int(offset)+2*int(r-start)) != 0
		}
		return r+delta != 0
	}
	return false
}
