package tokenizer

// run is the tokens of a piece under way. Tokens are named by their first byte.
type run struct {
	id       []int32 // by first byte: the token
	next     []int32 // by first byte: the first byte of the right neighbour; n at the end
	previous []int32 // by first byte: of the left neighbour; -1 at the start
	queue    queue   // possible merges, some of them out of date
}

// Merge is one merge of a piece: the tokens Left and Right, the first of which begins at
// byte At of the piece, became Made. Rank is the place of the merge in the model's list.
type Merge struct {
	Rank, At          int
	Left, Right, Made int
}

// merge appends the ids of piece: of all merges that apply the one of the lowest
// rank goes first, of several places the leftmost. It is the twin of CoreBPE that
// long pieces need, since it takes time n log n for n bytes; tests hold the two
// equal.
//
// Source: bpe in encoder.py of openai/gpt-2. Differs from gpt-2: one place at a
// time, as Hugging Face's tokenizers do; the result differs only where two merges
// make the same token, which GPT-2's never do.
//
// It tells merged, unless that is nil, of each merge as it is applied.
func (v *vocabulary) merge(ids []int, piece string, merged func(Merge)) []int {
	n := len(piece)
	r := run{id: make([]int32, n), next: make([]int32, n), previous: make([]int32, n)}
	for i := range n {
		r.id[i] = v.made[piece[i]]
		r.next[i], r.previous[i] = int32(i+1), int32(i-1)
	}
	for i := range n {
		v.offer(&r, int32(i))
	}
	for len(r.queue) > 0 {
		rank, left := r.queue.pop()
		if r.id[left] < 0 || v.rankAt(&r, left) != rank {
			continue // a neighbouring merge came first
		}
		right := r.next[left]
		if merged != nil {
			merged(Merge{int(rank) - byteTokens, int(left), int(r.id[left]), int(r.id[right]), int(v.made[rank])})
		}
		r.id[left], r.id[right] = v.made[rank], -1
		r.next[left] = r.next[right]
		if after := r.next[left]; int(after) < n {
			r.previous[after] = left
		}
		v.offer(&r, left)
		if before := r.previous[left]; before >= 0 {
			v.offer(&r, before)
		}
	}
	for i := 0; i < n; i = int(r.next[i]) {
		ids = append(ids, int(r.id[i]))
	}
	return ids
}

// rankAt returns the rank of the merge of the token at left with its right
// neighbour, or -1.
func (v *vocabulary) rankAt(r *run, left int32) int32 {
	right := r.next[left]
	if int(right) == len(r.id) {
		return -1
	}
	rank, ok := v.rankOf()[pair{r.id[left], r.id[right]}]
	if !ok {
		return -1
	}
	return rank
}

func (v *vocabulary) offer(r *run, left int32) {
	if rank := v.rankAt(r, left); rank >= 0 {
		r.queue.push(rank, left)
	}
}

// ranksDecide reports whether CoreBPE, which knows a token's rank but not the pair
// that makes it, gives what the merges give for every text: each token is made by
// one merge, and encoding its own bytes makes it. Then the two pick the same
// merges: before rank r is due, the bytes of r's token inside any text are in the
// state that they reach alone, and alone they end as the pair of r. Trained
// vocabularies are like that, GPT-2's among them; an edited one may not be.
func (v *vocabulary) ranksDecide() bool {
	for i, p := range v.parts {
		rank := int32(byteTokens + i)
		if v.rank[v.made[rank]] != rank || v.crossed(p, rank) {
			return false
		}
	}
	return true
}

// crossed reports whether, in the text of p's two tokens, a merge of a rank below
// limit joins bytes of both before the two are complete. It undoes the later of
// the two tokens again and again and looks for a merge across the gap that would
// have come before that one.
//
// Source: is_valid_token_pair in github/rust-gems, crates/bpe.
func (v *vocabulary) crossed(p pair, limit int32) bool {
	for {
		if rank, ok := v.rankOf()[p]; ok && rank < limit {
			return true
		}
		left, right := v.rank[p.left], v.rank[p.right]
		switch {
		case left > right && left >= byteTokens:
			limit, p.left = left, v.parts[left-byteTokens].right
		case right >= byteTokens:
			limit, p.right = right+1, v.parts[right-byteTokens].left // +1: of equal ranks the leftmost goes first
		default:
			return false // down to single bytes
		}
	}
}

// queue is a binary heap of merges: lowest rank first, then leftmost.
type queue []uint64 // rank<<32 | left

func (q *queue) push(rank, left int32) {
	h := append(*q, uint64(rank)<<32|uint64(left))
	for i := len(h) - 1; i > 0 && h[i] < h[(i-1)/2]; i = (i - 1) / 2 {
		h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
	}
	*q = h
}

func (q *queue) pop() (rank, left int32) {
	h := *q
	top := h[0]
	h[0] = h[len(h)-1]
	h = h[:len(h)-1]
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1] < h[child] {
			child++
		}
		if h[i] <= h[child] {
			break
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
	*q = h
	return int32(top >> 32), int32(uint32(top))
}
