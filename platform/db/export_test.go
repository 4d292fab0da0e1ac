package db

import "github.com/jackc/pgx/v5/pgxpool"

// Over uses a pool that was made elsewhere, with a tracer that Open does not have.
func Over(pool *pgxpool.Pool) *Pool { return &Pool{pool: pool} }
