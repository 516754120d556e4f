//go:build js && wasm

package border

import "github.com/hack-pad/safejs"

// A RejectedError says why a promise was rejected: bytes stopped coming, or are not
// those of the file. Code is an ErrorCode of vitrine.d.ts.
type RejectedError struct{ reason, Code string }

func (e *RejectedError) Error() string { return e.reason }

// Await calls f, which returns a promise, and blocks the goroutine until that
// settles; the event loop goes on. Errors are a *RejectedError, or those of the
// border itself.
func Await(f safejs.Value, args ...any) (safejs.Value, error) {
	promise, err := f.Invoke(args...)
	if err != nil {
		return safejs.Value{}, &RejectedError{err.Error(), network}
	}
	type outcome struct {
		value safejs.Value
		err   error
	}
	settled := make(chan outcome, 1)
	fulfilled, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		settled <- outcome{value: args[0]}
		return nil
	})
	if err != nil {
		return safejs.Value{}, err
	}
	defer fulfilled.Release()
	rejected, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		settled <- outcome{err: &RejectedError{
			textOf(args[0], "message", "the download failed"), textOf(args[0], "code", network),
		}}
		return nil
	})
	if err != nil {
		return safejs.Value{}, err
	}
	defer rejected.Release()
	if _, err := promise.Call("then", fulfilled, rejected); err != nil {
		return safejs.Value{}, err
	}
	o := <-settled
	return o.value, o.err
}

// network is the ErrorCode of a rejection that has none of its own.
const network = "network"

// textOf returns a text that an object has under key, or the standard one.
func textOf(object safejs.Value, key, standard string) string {
	v, err := object.Get(key)
	if err != nil || v.Type() != safejs.TypeString {
		return standard
	}
	text, err := v.String()
	if err != nil {
		return standard
	}
	return text
}

// Bytes copies b into a new Uint8Array.
func Bytes(b []byte) (safejs.Value, error) {
	class, err := safejs.Global().Get("Uint8Array")
	if err != nil {
		return safejs.Value{}, err
	}
	array, err := class.New(len(b))
	if err != nil {
		return safejs.Value{}, err
	}
	_, err = safejs.CopyBytesToJS(array, b)
	return array, err
}
