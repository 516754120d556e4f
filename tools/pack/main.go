// Pack writes down what is in a folder, or puts a folder into a zip file.
//
//	pack -list build/site                 the files and a version of all of them, as JSON
//	pack -zip classroom.zip build/classroom
//
// The version changes with any name or byte, and with nothing else: the page's
// service worker keeps the files of one version together.
package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("pack", flag.ContinueOnError)
	list := flags.Bool("list", false, "print the files of the folder, with their sizes and SHA-256, as JSON")
	zipName := flags.String("zip", "", "`FILE` to write the folder to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 || *list == (*zipName != "") {
		return errors.New("want -list FOLDER or -zip FILE FOLDER")
	}
	dir := flags.Arg(0)
	if *list {
		site, err := listOf(os.DirFS(dir))
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(site)
	}
	file, err := os.Create(*zipName)
	if err != nil {
		return err
	}
	err = zipOf(file, os.DirFS(dir), path.Base(dir))
	return errors.Join(err, file.Close())
}

// site is what is in a folder.
type site struct {
	Version string          `json:"version"` // of all names and contents: 16 hexadecimal digits
	Files   map[string]file `json:"files"`   // by path, with slashes
}

type file struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // in hexadecimal digits
}

func listOf(dir fs.FS) (site, error) {
	s := site{Files: map[string]file{}}
	all := sha256.New()
	// WalkDir goes by name, so that the version does not depend on the disk.
	err := fs.WalkDir(dir, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := dir.Open(name)
		if err != nil {
			return err
		}
		defer content.Close()
		sum := sha256.New()
		size, err := io.Copy(sum, content)
		if err != nil {
			return err
		}
		one := file{size, hex.EncodeToString(sum.Sum(nil))}
		s.Files[name] = one
		fmt.Fprintf(all, "%s  %s\n", one.SHA256, name)
		return nil
	})
	s.Version = hex.EncodeToString(all.Sum(nil))[:16]
	return s, err
}

// zipOf writes the files of dir below one folder, programs (whose names begin
// with "serve") as such.
func zipOf(w io.Writer, dir fs.FS, folder string) error {
	archive := zip.NewWriter(w)
	err := fs.WalkDir(dir, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		header := &zip.FileHeader{Name: path.Join(folder, name), Method: zip.Deflate}
		header.SetMode(0o644)
		if strings.HasPrefix(path.Base(name), "serve") {
			header.SetMode(0o755)
		}
		to, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		from, err := dir.Open(name)
		if err != nil {
			return err
		}
		defer from.Close()
		_, err = io.Copy(to, from)
		return err
	})
	return errors.Join(err, archive.Close())
}
