package outbox

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
)

const insert = `insert into platform.outbox (topic, payload) values ($1, $2)`

// Put writes a message in the transaction of the act. payload is anything that encodes to JSON; it carries ids, and no
// personal data. Fault: internal "outbox.payload".
func Put(ctx context.Context, tx pgx.Tx, topic string, payload any) error {
	body, err := encode(topic, payload)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, insert, topic, body)
	return err
}

// Queue is Put as one more statement of a batch, for who counts round trips.
func Queue(b *pgx.Batch, topic string, payload any) error {
	body, err := encode(topic, payload)
	if err != nil {
		return err
	}
	b.Queue(insert, topic, body)
	return nil
}

func encode(topic string, payload any) ([]byte, error) {
	body, err := json.Marshal(payload)
	if err != nil || topic == "" {
		return nil, fault.Wrap(err, fault.Internal, "outbox.payload", "topic", topic)
	}
	return body, nil
}
