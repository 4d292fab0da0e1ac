package web

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
)

// Answer is what a write told its caller, as it is kept for the case that the caller asks again.
type Answer struct {
	Status   int
	Body     json.RawMessage
	Replayed bool // told from memory: nothing was done this time
}

// Send writes the answer.
func (a Answer) Send(w http.ResponseWriter) error {
	if a.Replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	writeBody(w, a.Status, "application/json; charset=utf-8", append(a.Body, '\n'))
	return nil
}

// IdempotencyKey checks a key as the header Idempotency-Key or a form's hidden field gives it, "" for none: at most 128
// visible ASCII characters. fault.Invalid for anything else.
func IdempotencyKey(given string) (string, error) {
	key := strings.Trim(given, `"`)
	bad := func(c rune) bool { return c <= ' ' || c > '~' }
	if len(key) > 128 || strings.ContainsFunc(key, bad) {
		return "", fault.New(fault.Invalid, "web.idempotency.key").At("Idempotency-Key")
	}
	return key, nil
}

// Once does act at most once per account and key. It runs in act's own transaction: the answer is kept if
// and only if the act is, and a second caller with the same key waits for the first to commit. The same key with the
// same request gets the kept answer; with another request fault.Conflict. Without a key act simply runs.
// The request's body has been read with Decode or ParseForm before.
func Once(ctx context.Context, tx pgx.Tx, r *http.Request, key string, act func(ctx context.Context) (status int, body any, err error)) (Answer, error) {
	if key == "" {
		return perform(ctx, act)
	}
	account, hash := PrincipalOf(ctx).Account, requestHash(r)
	tag, err := tx.Exec(ctx, `insert into platform.idempotency (account, key, route, request_hash)
		values ($1, $2, $3, $4) on conflict do nothing`, account, key, routeLine(r), hash)
	if err != nil {
		return Answer{}, err
	}
	if tag.RowsAffected() == 0 {
		return recall(ctx, tx, account, key, hash)
	}
	a, err := perform(ctx, act)
	if err != nil {
		return Answer{}, err
	}
	_, err = tx.Exec(ctx, `update platform.idempotency set status = $3, response = $4 where account = $1 and key = $2`,
		account, key, a.Status, a.Body)
	return a, err
}

func perform(ctx context.Context, act func(context.Context) (int, any, error)) (Answer, error) {
	status, body, err := act(ctx)
	if err != nil {
		return Answer{}, err
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return Answer{}, fault.Wrap(err, fault.Internal, "internal")
	}
	return Answer{Status: status, Body: raw}, nil
}

func recall(ctx context.Context, tx pgx.Tx, account, key string, hash []byte) (Answer, error) {
	var kept []byte
	var status *int
	a := Answer{Replayed: true}
	err := tx.QueryRow(ctx, `select request_hash, status, response from platform.idempotency
		where account = $1 and key = $2`, account, key).Scan(&kept, &status, &a.Body)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // the keeper removed it between the two statements
		return Answer{}, fault.Wrap(err, fault.Conflict, "db.conflict")
	case err != nil:
		return Answer{}, err
	case string(kept) != string(hash):
		return Answer{}, fault.New(fault.Conflict, "web.idempotency.reused").At("Idempotency-Key")
	case status == nil:
		return Answer{}, fault.New(fault.Conflict, "db.conflict")
	}
	a.Status = *status
	return a, nil
}

// requestHash covers what the caller asked for: method, address and body.
func requestHash(r *http.Request) []byte {
	sum := sha256.New()
	sum.Write([]byte(r.Method + " " + r.URL.Path + "\n"))
	sum.Write(visitOf(r.Context()).bodyHash)
	return sum.Sum(nil)
}

func routeLine(r *http.Request) string {
	if rt := visitOf(r.Context()).route; rt != nil {
		return rt.Method + " " + rt.Pattern
	}
	return r.Method + " " + r.URL.Path
}
