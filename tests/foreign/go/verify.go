// Verifies proofs with golang.org/x/mod/sumdb, which shares no code with the product.
//
// Reads one JSON object a line and answers each with a line: "ok", or "no" and the reason.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Kind  string   // inclusion, consistency or note
	Old   int64    // index of the leaf, or the smaller size
	Size  int64
	Known []byte   // hash of the leaf, or the smaller root
	Root  []byte
	Proof [][]byte
	Note  []byte
	Vkey  string
	Text  string   // that the note must have
}

func hash(data []byte) (made tlog.Hash, err error) {
	if len(data) != len(made) {
		return made, fmt.Errorf("%d bytes", len(data))
	}
	copy(made[:], data)
	return made, nil
}

func judge(asked question) error {
	if asked.Kind == "note" {
		verifier, err := note.NewVerifier(asked.Vkey)
		if err != nil {
			return err
		}
		opened, err := note.Open(asked.Note, note.VerifierList(verifier))
		if err == nil && opened.Text != asked.Text {
			return fmt.Errorf("another text")
		}
		return err
	}
	known, err := hash(asked.Known)
	if err != nil {
		return err
	}
	root, err := hash(asked.Root)
	if err != nil {
		return err
	}
	var proof []tlog.Hash
	for _, each := range asked.Proof {
		made, err := hash(each)
		if err != nil {
			return err
		}
		proof = append(proof, made)
	}
	if asked.Kind == "inclusion" {
		return tlog.CheckRecord(proof, asked.Size, root, asked.Old, known)
	}
	return tlog.CheckTree(proof, asked.Size, root, asked.Old, known)
}

func main() {
	in, out := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for decoder := json.NewDecoder(in); decoder.More(); {
		var asked question
		if err := decoder.Decode(&asked); err != nil {
			panic(err)
		}
		if err := judge(asked); err != nil {
			fmt.Fprintln(out, "no:", err)
		} else {
			fmt.Fprintln(out, "ok")
		}
	}
}
