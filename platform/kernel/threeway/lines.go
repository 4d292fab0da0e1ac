package threeway

// most is how many pairs of lines are compared to find what two texts share; past it, all between the equal beginnings
// and ends counts as changed.
const most = 16 << 20

// shared pairs the lines that a and b have in common, as the longest such sequence: for each line of a its place in b, or -1.
func shared(a, b []string) []int {
	out := make([]int, len(a))
	for i := range out {
		out[i] = -1
	}
	begin := 0
	for begin < len(a) && begin < len(b) && a[begin] == b[begin] {
		out[begin] = begin
		begin++
	}
	endA, endB := len(a), len(b)
	for endA > begin && endB > begin && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
		out[endA] = endB
	}
	n, m := endA-begin, endB-begin
	if n == 0 || m == 0 || n > most/m {
		return out
	}
	length := make([][]int32, n+1)
	for i := range length {
		length[i] = make([]int32, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for k := m - 1; k >= 0; k-- {
			if a[begin+i] == b[begin+k] {
				length[i][k] = length[i+1][k+1] + 1
			} else {
				length[i][k] = max(length[i+1][k], length[i][k+1])
			}
		}
	}
	for i, k := 0, 0; i < n && k < m; {
		switch {
		case a[begin+i] == b[begin+k]:
			out[begin+i] = begin + k
			i, k = i+1, k+1
		case length[i+1][k] >= length[i][k+1]:
			i++
		default:
			k++
		}
	}
	return out
}
