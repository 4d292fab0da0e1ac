package packaged

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"egovctl/platform/kernel/fold"
	"egovctl/platform/kernel/unit"
)

// english writes a Vietnamese name in plain letters, as English pages do: Hòa Vang becomes Hoa Vang.
func english(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(name) {
		switch {
		case r == 'đ':
			b.WriteByte('d')
		case r == 'Đ':
			b.WriteByte('D')
		case r < 0x80:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// englishUnit is the English name of a unit with its type: "Hoa Vang Rural District", "Ward 1", "Da Nang City".
func englishUnit(level unit.Level, n UnitName) string {
	name := english(n.Name)
	switch n.Type {
	case "Tỉnh":
		return name + " Province"
	case "Thành phố":
		return name + " City"
	case "Quận":
		return numbered("District", name)
	case "Huyện":
		return name + " Rural District"
	case "Thị xã", "Thị trấn":
		return name + " Town"
	case "Phường":
		return numbered("Ward", name)
	case "Xã":
		return name + " Commune"
	case "Đặc khu":
		return name + " Special Zone"
	}
	return name + " " + strings.ToUpper(string(level[:1])) + string(level[1:])
}

// numbered puts the type before a name that is a number.
func numbered(kind, name string) string {
	if strings.Trim(name, "0123456789") == "" {
		return kind + " " + name
	}
	return name + " " + kind
}

// slug is the folded name as a path: "phuong-hai-chau".
func slug(name string) string { return strings.ReplaceAll(fold.Text(name), " ", "-") }
