package condition

import "strings"

// meant returns the one of names that is spelt most like a word, or "" if none is near:
// within a third of its letters.
func (p *parser) meant(t token, names []string) string {
	best, least := "", 0
	for _, n := range names {
		d := distance(strings.ToLower(t.source), n)
		if d <= max(1, len(n)/3) && (best == "" || d < least) {
			best, least = n, d
		}
	}
	return best
}

// distance returns how many letters are to be put in, left out, replaced or exchanged with
// their neighbour to make b of a.
//
// Source: Damerau 1964, in the restricted form that changes no letter twice.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1) // rows[i][j]: of a[:i] and b[:j]
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			switch {
			case i == 0 || j == 0:
				rows[i][j] = i + j
			case a[i-1] == b[j-1]:
				rows[i][j] = rows[i-1][j-1]
			default:
				rows[i][j] = 1 + min(rows[i-1][j-1], rows[i-1][j], rows[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], 1+rows[i-2][j-2])
			}
		}
	}
	return rows[len(a)][len(b)]
}
