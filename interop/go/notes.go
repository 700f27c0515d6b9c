package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// notes says of each note, one a line in base64, whether Go opens it: its text in base64, or "-".
func notes(keyFile string, in io.Reader) error {
	verifier, err := readVerifier(keyFile)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<20), 1<<22)
	for lines.Scan() {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(lines.Text()))
		if err != nil {
			return err
		}
		opened, err := note.Open(raw, note.VerifierList(verifier))
		if err != nil {
			fmt.Println("-")
			continue
		}
		fmt.Println(base64.StdEncoding.EncodeToString([]byte(opened.Text)))
	}
	return lines.Err()
}
