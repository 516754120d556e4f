module vitrine

go 1.27.0

toolchain go1.27.3

require (
	github.com/andybalholm/brotli v1.2.8
	github.com/chewxy/math32 v1.11.1
	github.com/evanw/esbuild v0.28.2
	github.com/hack-pad/safejs v0.1.0
	github.com/nlpodyssey/gopickle v0.2.0
	github.com/pkoukk/tiktoken-go v0.1.8
	github.com/pkoukk/tiktoken-go-loader v0.0.2
	golang.org/x/text v0.44.0
)

require (
	github.com/dlclark/regexp2 v1.10.0 // indirect
	github.com/google/uuid v1.3.0 // indirect
	golang.org/x/sys v0.4.0 // indirect
)
