package desk

import (
	"fmt"
	"math/rand/v2"
)

// Syllables of which names are made. Nobody is meant: the combinations are drawn.
var (
	families = []string{"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Mai", "Trương", "Đinh", "Lương"}
	middles  = [2][]string{{"Văn", "Hữu", "Đức", "Quang", "Minh", "Công", "Xuân", "Thanh"}, {"Thị", "Ngọc", "Thu", "Minh", "Thanh", "Hồng", "Kim", "Phương"}}
	givens   = [2][]string{{"An", "Bình", "Cường", "Dũng", "Đạt", "Hải", "Hùng", "Khoa", "Lâm", "Long", "Nam", "Phúc", "Quân", "Sơn", "Thắng", "Tuấn", "Vinh"},
		{"Ánh", "Bích", "Chi", "Diệp", "Hà", "Hạnh", "Hoa", "Hương", "Lan", "Linh", "Mai", "Nga", "Nhung", "Oanh", "Phượng", "Quyên", "Thảo", "Vân", "Yến"}}
)

func one(rnd *rand.Rand, list []string) string { return list[rnd.IntN(len(list))] }

// inventName draws an official's name.
func inventName(rnd *rand.Rand) string { return nameOf(rnd, rnd.IntN(2)) }

func nameOf(rnd *rand.Rand, sex int) string {
	name := one(rnd, families) + " " + one(rnd, middles[sex])
	if rnd.IntN(4) == 0 {
		name += " " + one(rnd, middles[1])
	}
	return name + " " + one(rnd, givens[sex])
}

// inventPeople draws n people. Their numbers begin with 097 to 099, which no place of registration has, and their
// telephones are of the block 0900 000.
func inventPeople(rnd *rand.Rand, n int) []Applicant {
	out := make([]Applicant, 0, n)
	for i := range n {
		sex, year := rnd.IntN(2), 1945+rnd.IntN(62)
		century := sex
		if year >= 2000 {
			century += 2
		}
		out = append(out, Applicant{
			Name: nameOf(rnd, sex), IDNumber: fmt.Sprintf("%03d%d%02d%06d", 97+i%3, century, year%100, rnd.IntN(1_000_000)),
			Phone: fmt.Sprintf("0900000%03d", i%1000), Address: fmt.Sprintf("Số %d, tổ dân phố %d", 1+rnd.IntN(200), 1+rnd.IntN(60)),
		})
	}
	return out
}
