package desk

import (
	"egovctl/platform/kernel/who"
	"egovctl/platform/workflow"
)

// scene is one act of a story: who does what, with which words.
type scene struct {
	role   who.Role
	action workflow.Action
	note   string
}

// story is a way that a dossier may go, and how often it does.
type story struct {
	weight int
	scenes []scene
}

func does(role who.Role, a workflow.Action, note ...string) scene {
	s := scene{role: role, action: a}
	if len(note) > 0 {
		s.note = note[0]
	}
	return s
}

// The pieces that stories are made of. The notes are what officials write, in the language in which they write.
var (
	taken      = []scene{does(who.Clerk, workflow.Receive)}
	given      = append(taken[:1:1], does(who.Head, workflow.Assign))
	ended      = []scene{does(who.Officer, workflow.Appraise), does(who.Officer, workflow.Submit), does(who.Leader, workflow.Sign), does(who.Registrar, workflow.Issue), does(who.Clerk, workflow.Return)}
	askedFor   = does(who.Officer, workflow.Supplement, "Bổ sung bản sao giấy tờ chứng minh nơi cư trú.")
	brought    = does(who.Citizen, workflow.Supplement)
	askedEarly = does(who.Clerk, workflow.Supplement, "Tờ khai chưa ghi đủ các mục bắt buộc; bổ sung một lần trước khi tiếp nhận.")
	paused     = does(who.Officer, workflow.Pause, "Chờ người nộp thực hiện nghĩa vụ tài chính theo thông báo.")
	resumed    = does(who.Clerk, workflow.Resume)
	extended   = does(who.Head, workflow.Extend, "Cần xác minh thực tế, xin lỗi và hẹn lại ngày trả kết quả.")
	withdrawn  = does(who.Citizen, workflow.Withdraw)
	handed     = does(who.Head, workflow.Transfer, "Thuộc thẩm quyền của cơ quan khác.")
)

// stories with their weights; a dossier that began lately stops somewhere on its way.
func stories() []story {
	join := func(parts ...[]scene) []scene {
		var out []scene
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	refusedAtTheEnd := []scene{ended[0], ended[1], does(who.Leader, workflow.Refuse, "Hồ sơ không đủ điều kiện theo quy định của thủ tục."), ended[3], ended[4]}
	return []story{
		{600, join(given, ended)},
		{50, join([]scene{askedEarly, brought}, given, ended)},
		{70, join(given, []scene{askedFor, brought}, given, ended)},
		{40, join(given, []scene{paused, resumed}, ended)},
		{40, join(given, []scene{extended}, ended)},
		{20, join(given, ended[:1], []scene{does(who.Officer, workflow.Undo)}, ended)},
		{30, join(given, refusedAtTheEnd)},
		{40, []scene{does(who.Clerk, workflow.Refuse, "Thành phần hồ sơ không đúng thủ tục.")}},
		{30, join(given, []scene{withdrawn, does(who.Clerk, workflow.Stop)})},
		{15, join(given, []scene{askedFor, does(who.Head, workflow.Stop, "Quá thời hạn bổ sung mà không nhận được giấy tờ.")})},
		{20, join(taken, []scene{handed}, given[1:], ended)},
	}
}

// openings are the beginnings after which a dossier stands in each of the states that last.
func openings() []story {
	all := [][]scene{{}, {askedEarly}, {askedEarly, brought}, taken, append(taken[:1:1], handed), given,
		append(given[:2:2], ended[:1]...), append(given[:2:2], ended[:2]...), append(given[:2:2], ended[:3]...), append(given[:2:2], ended[:4]...),
		append(given[:2:2], askedFor), append(given[:2:2], askedFor, brought), append(given[:2:2], paused), append(given[:2:2], withdrawn)}
	weights := []int{8, 3, 2, 6, 2, 12, 5, 5, 3, 6, 4, 2, 3, 2}
	out := make([]story, len(all))
	for i := range all {
		out[i] = story{weights[i], all[i]}
	}
	return out
}
