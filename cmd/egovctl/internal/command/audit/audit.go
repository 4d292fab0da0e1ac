// Package audit proves that the audit log of the instance is as it was written.
package audit

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/audit"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/money"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	var heads []string
	var key string
	verify := &cobra.Command{Use: "verify", Annotations: wire.Reads(), RunE: func(c *cobra.Command, _ []string) error { return run(c.Context(), env, key, heads) }}
	verify.Flags().StringArrayVar(&heads, "head", nil, env.T("cmd.audit.flag.head"))
	verify.Flags().StringVar(&key, "key", "", env.T("cmd.audit.flag.key"))
	return desk.Group("audit", verify)
}

// shown is the result of `audit verify -o json`.
type shown struct {
	Status   string  `json:"status"` // whole, broken
	Rows     int64   `json:"rows"`
	Heads    int64   `json:"heads"`
	Unsealed int64   `json:"unsealed"` // rows that the next seal will cover
	Compared int     `json:"compared"` // copies of heads outside the database
	Last     *head   `json:"last"`     // newest head, null before the first seal
	Broken   *broken `json:"broken"`   // the first thing that does not fit
}

type head struct {
	Number   int64     `json:"number"`
	LastSeq  int64     `json:"last_seq"`
	Hash     string    `json:"hash"`
	SealedAt time.Time `json:"sealed_at"`
}

type broken struct {
	Kind    string `json:"kind"`
	Seq     int64  `json:"seq,omitempty"`
	Row     int64  `json:"row,omitempty"`
	Message string `json:"message"`
	Cure    string `json:"cure"`
}

func run(ctx context.Context, env *wire.Env, key string, files []string) error {
	trail, err := env.Trail()
	if err != nil {
		return err
	}
	typed := files
	if key != "" {
		trail.Key = key
		typed = append(slices.Clone(files), key)
	}
	if err := there(typed); err != nil {
		return err
	}
	for _, f := range files { // kept elsewhere
		h, err := audit.ReadHead(f)
		if err != nil {
			return err
		}
		trail.Copies = append(trail.Copies, h)
	}
	report, err := trail.Verify(ctx)
	if err != nil && report.Broken == nil {
		return err
	}
	return show(env, report, len(trail.Copies), err)
}

// there makes sure that each file can be found. Fault: invalid "commands.file.unreadable".
func there(files []string) error {
	for _, f := range files {
		if _, err := os.Stat(f); err != nil {
			return fault.Wrap(err, fault.Invalid, "commands.file.unreadable", "path", f)
		}
	}
	return nil
}

func show(env *wire.Env, r audit.Report, compared int, finding error) error {
	if env.JSON() {
		if err := env.Print(result(env, r, compared, finding)); err != nil || finding == nil {
			return err
		}
		return &wire.Told{Err: finding}
	}
	if finding != nil {
		desk.Note(env, "commands.audit.until", "rows", money.Group(r.Rows))
		return finding
	}
	if _, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T("commands.audit.whole"))); err != nil {
		return err
	}
	last := env.T("commands.none")
	if r.Last.Number > 0 {
		last = env.T("commands.audit.head", "n", money.Group(r.Last.Number), "at", locale.DateTime(r.Last.SealedAt), "hash", hex.EncodeToString(r.Last.Hash))
	}
	err := desk.Facts(env, []desk.Fact{
		{Label: env.T("commands.audit.rows"), Value: money.Group(r.Rows)},
		{Label: env.T("commands.audit.heads"), Value: money.Group(r.Heads)},
		{Label: env.T("commands.audit.unsealed"), Value: money.Group(r.Unsealed)},
		{Label: env.T("commands.audit.compared"), Value: fmt.Sprint(compared)},
		{Label: env.T("commands.audit.last"), Value: last},
	})
	if err == nil && r.Heads > 0 && compared == 0 {
		desk.Note(env, "commands.audit.no_copy")
	}
	return err
}

func result(env *wire.Env, r audit.Report, compared int, finding error) shown {
	s := shown{Status: "whole", Rows: r.Rows, Heads: r.Heads, Unsealed: r.Unsealed, Compared: compared}
	if r.Last.Number > 0 {
		s.Last = &head{r.Last.Number, r.Last.LastSeq, hex.EncodeToString(r.Last.Hash), r.Last.SealedAt.In(clock.Vietnam)}
	}
	if r.Broken != nil {
		s.Status = "broken"
		message, cure := env.Fault(finding)
		s.Broken = &broken{r.Broken.Kind, r.Broken.Seq, r.Broken.Row, message, cure}
	}
	return s
}
