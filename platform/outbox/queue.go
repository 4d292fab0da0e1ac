package outbox

import (
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
)

// Queue adds a message to the batch that writes the act, in the transaction of the act. payload is anything that encodes
// to JSON; it carries ids, and no personal data. Fault: internal "outbox.payload".
func Queue(b *pgx.Batch, topic string, payload any) error {
	body, err := json.Marshal(payload)
	if err != nil || topic == "" {
		return fault.Wrap(err, fault.Internal, "outbox.payload", "topic", topic)
	}
	b.Queue(`insert into platform.outbox (topic, payload) values ($1, $2)`, topic, body)
	return nil
}
