// Checks a published log and its proofs with Go's own note and tlog packages: nothing of the product takes part.
//
//	interop LOG KEY INDEX...  a whole log; each INDEX.tlog-proof and INDEX.entry in the directory of KEY
//	interop every LOG KEY     every size that the lines of "sizes" beside KEY name, see every.go
//	interop notes KEY         which of the notes on standard input Go opens, see notes.go
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// A directory serves tiles from files. The specification's paths are those of the sumdb without "8/".
type directory struct{ root string }

func (directory) Height() int { return height }

func (directory) SaveTiles([]tlog.Tile, [][]byte) {}

func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(d.root, path))
		if err != nil && tile.W != 1<<height { // the full tile that came after it
			full := tile
			full.W = 1 << height
			data, err = os.ReadFile(filepath.Join(d.root, strings.Replace(full.Path(), "tile/8/", "tile/", 1)))
			if err == nil {
				data = data[:tile.W*tlog.HashSize]
			}
		}
		if err != nil {
			return nil, err
		}
		all[i] = data
	}
	return all, nil
}

func main() {
	check := func() error { return run(os.Args[1], os.Args[2], os.Args[3:]) }
	if os.Args[1] == "every" {
		check = func() error { return every(os.Args[2], os.Args[3]) }
	}
	if os.Args[1] == "notes" {
		check = func() error { return notes(os.Args[2], os.Stdin) }
	}
	if err := check(); err != nil {
		fmt.Println("refused:", err)
		os.Exit(3)
	}
}

func run(root, keyFile string, indexes []string) error {
	verifier, err := readVerifier(keyFile)
	if err != nil {
		return err
	}
	checkpoint, err := os.ReadFile(filepath.Join(root, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(checkpoint, verifier)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, directory{root})
	if err := checkEntries(root, tree, reader); err != nil {
		return err
	}
	for old := int64(1); old <= tree.N; old++ { // every earlier tree, or those at the borders of a large one
		if tree.N > 2000 && old&255 > 1 && old&255 < 255 && old < tree.N-2 {
			continue
		}
		oldRoot, err := tlog.TreeHash(old, reader)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, old, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old, oldRoot); err != nil {
			return fmt.Errorf("tree of %d: %w", old, err)
		}
	}
	for _, index := range indexes {
		if err := checkProof(filepath.Join(filepath.Dir(keyFile), index), index, verifier, reader); err != nil {
			return fmt.Errorf("proof of %s: %w", index, err)
		}
	}
	fmt.Printf("agreed: %d entries, %d earlier trees, %d proofs\n", tree.N, tree.N, len(indexes))
	return nil
}

func readVerifier(keyFile string) (note.Verifier, error) {
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(strings.TrimSpace(string(key)))
}

func openCheckpoint(raw []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("no checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

func checkEntries(root string, tree tlog.Tree, reader tlog.HashReader) error {
	for first := int64(0); first < tree.N; first += 1 << height {
		width := min(tree.N-first, 1<<height)
		tile := tlog.Tile{H: height, L: 0, N: first >> height, W: int(width)}
		raw, err := os.ReadFile(filepath.Join(root, strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)))
		if err != nil {
			return err
		}
		for index := first; index < first+width; index++ {
			if len(raw) < 2 || len(raw) < 2+int(raw[0])<<8+int(raw[1]) {
				return fmt.Errorf("bundle ends before entry %d", index)
			}
			size := int(raw[0])<<8 + int(raw[1])
			entry := raw[2 : 2+size]
			raw = raw[2+size:]
			hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			if err != nil {
				return err
			}
			if hashes[0] != tlog.RecordHash(entry) {
				return fmt.Errorf("entry %d is not the one in the tree", index)
			}
		}
		if len(raw) != 0 {
			return fmt.Errorf("bundle %d holds more than its entries", first>>height)
		}
	}
	return nil
}

func checkProof(base, number string, verifier note.Verifier, reader tlog.HashReader) error {
	raw, err := os.ReadFile(base + ".tlog-proof")
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(base + ".entry")
	if err != nil {
		return err
	}
	return checkProofOf(raw, number, tlog.RecordHash(entry), verifier, reader)
}

// checkProofOf reads a tlog-proof, compares it byte for byte with the proof made here, and checks it.
func checkProofOf(raw []byte, number string, leaf tlog.Hash, verifier note.Verifier, reader tlog.HashReader) error {
	head, checkpoint, found := bytes.Cut(raw, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != "index "+number {
		return fmt.Errorf("no proof of %s", number)
	}
	path, err := hashes(lines[2:])
	if err != nil {
		return err
	}
	proof := tlog.RecordProof(path)
	tree, err := openCheckpoint(checkpoint, verifier)
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return err
	}
	own, err := tlog.ProveRecord(tree.N, index, reader)
	if err != nil {
		return err
	}
	if fmt.Sprint(own) != fmt.Sprint(proof) {
		return fmt.Errorf("the proof is not the one made here")
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf)
}

func hashes(lines []string) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, line := range lines {
		hash, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return nil, fmt.Errorf("no hash: %q", line)
		}
		found = append(found, tlog.Hash(hash))
	}
	return found, nil
}
