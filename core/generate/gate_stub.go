package generate

import "vitrine/core/stage"

type Granularity uint8

const (
	ByStage Granularity = iota
	ByLayer
	ByToken
)

type Direction uint8

const (
	Over Direction = iota
	Into
	Out
)

type Reason string

const (
	ReasonGoto  Reason = "goto"
	ReasonEntry Reason = "entry"
	ReasonPause Reason = "pause"
	ReasonStep  Reason = "step"
)

type Halt struct {
	Reason      Reason
	Breakpoints []int
}
type Log struct {
	Breakpoint int
	Message    string
}
type Breakpoint struct {
	Stage                               stage.Stage
	Layer, Position                     int
	Condition, HitCondition, LogMessage string
}
type Gate struct {
	pause, next bool
	to          *Place
	bp          []Breakpoint
}

func NewGate(any) *Gate                                             { return &Gate{} }
func (g *Gate) Fresh() *Gate                                        { return &Gate{bp: g.bp} }
func (g *Gate) Clear()                                              { g.pause, g.next, g.to = false, false, nil }
func (g *Gate) Pause()                                              { g.pause = true }
func (g *Gate) Step(from stage.Event, by Granularity, to Direction) { g.next = true }
func (g *Gate) Goto(p Place)                                        { g.to = &p }
func (g *Gate) SetBreakpoints(b []Breakpoint) error                 { g.bp = b; return nil }
func (g *Gate) At(e *stage.Event) (*Halt, []Log, error) {
	switch {
	case g.pause:
		return &Halt{Reason: ReasonPause}, nil, nil
	case g.next:
		return &Halt{Reason: ReasonStep}, nil, nil
	case g.to != nil && PlaceOf(e).Compare(*g.to) >= 0:
		return &Halt{Reason: ReasonGoto}, nil, nil
	}
	for i, b := range g.bp {
		if b.Stage == e.Stage && (b.Layer < 0 || b.Layer == e.Layer) && (b.Position < 0 || b.Position == e.Position) {
			return &Halt{"breakpoint", []int{i}}, nil, nil
		}
	}
	return nil, nil, nil
}
