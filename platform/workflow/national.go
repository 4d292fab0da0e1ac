package workflow

// The ten statuses in which dossiers are reported to the national portal.
const (
	NationalFiled      = 1  // Mới đăng ký
	NationalReceived   = 2  // Được tiếp nhận
	NationalRefused    = 3  // Không được tiếp nhận
	NationalProcessing = 4  // Đang xử lý
	NationalSupplement = 5  // Yêu cầu bổ sung giấy tờ
	NationalPayment    = 6  // Yêu cầu thực hiện nghĩa vụ tài chính
	NationalWithdrawal = 7  // Công dân yêu cầu rút hồ sơ
	NationalStopped    = 8  // Dừng xử lý
	NationalFinished   = 9  // Đã xử lý xong
	NationalReturned   = 10 // Đã trả kết quả
)

// nationalMoves are the moves that the national list allows; staying is always allowed. From 5 a restart of the time
// limit leads to 2, from 7 a withdrawal that is not granted leads to 4.
var nationalMoves = map[int][]int{
	1: {2, 3, 5, 7}, 2: {4, 7}, 4: {5, 6, 7, 8, 9}, 5: {2, 4, 7, 8}, 6: {4, 7, 8}, 7: {4, 8}, 9: {10}, 3: {}, 8: {}, 10: {},
}

// NationalMove reports whether a dossier may be reported in status to after from.
func NationalMove(from, to int) bool {
	if from == to {
		_, known := nationalMoves[from]
		return known
	}
	for _, n := range nationalMoves[from] {
		if n == to {
			return true
		}
	}
	return false
}

// NationalFinal reports whether no status follows.
func NationalFinal(status int) bool {
	return status == NationalRefused || status == NationalStopped || status == NationalReturned
}
