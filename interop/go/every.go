package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// One line of "sizes": a log as it was at one size. Sizes go up by one.
type size struct {
	Checkpoint  string
	Inclusion   map[string]string   // by index: the proof file
	Consistency map[string][]string // by older size: the path
}

// grown is the tree that this program makes from the entries, to compare with.
type grown struct{ stored []tlog.Hash }

func (g *grown) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = g.stored[index]
	}
	return found, nil
}

// every checks a log at each size it had: the signature, the root, each tile and bundle that came with that size byte
// for byte, and the proofs, each twice: against a tree grown here, and against what the published tiles say.
func every(root, keyFile string) error {
	verifier, err := readVerifier(keyFile)
	if err != nil {
		return err
	}
	file, err := os.Open(filepath.Join(filepath.Dir(keyFile), "sizes"))
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	own := &grown{}
	n, proofs := int64(0), 0
	for ; lines.Scan(); n++ {
		var at size
		if err := json.Unmarshal(lines.Bytes(), &at); err != nil {
			return err
		}
		if err := checkSize(root, n+1, at, own, verifier); err != nil {
			return fmt.Errorf("size %d: %w", n+1, err)
		}
		proofs += len(at.Inclusion) + len(at.Consistency)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	fmt.Printf("agreed: %d sizes, %d proofs\n", n, proofs)
	return nil
}

func checkSize(root string, n int64, at size, own *grown, verifier note.Verifier) error {
	entries, err := lastBundle(root, n)
	if err != nil {
		return err
	}
	added, err := tlog.StoredHashes(n-1, entries[len(entries)-1], own)
	if err != nil {
		return err
	}
	own.stored = append(own.stored, added...)
	for i, entry := range entries { // those before the last are as they were at the size before
		index := n - int64(len(entries)) + int64(i)
		if own.stored[tlog.StoredHashIndex(0, index)] != tlog.RecordHash(entry) {
			return fmt.Errorf("entry %d is another than before", index)
		}
	}
	tree, err := openCheckpoint([]byte(at.Checkpoint), verifier)
	if err != nil {
		return err
	}
	made, err := tlog.TreeHash(n, own)
	if err != nil || tree.N != n || tree.Hash != made {
		return fmt.Errorf("the checkpoint is over another tree: %v", err)
	}
	for _, tile := range tlog.NewTiles(height, n-1, n) {
		data, err := tlog.ReadTileData(tile, own)
		if err != nil {
			return err
		}
		raw, err := os.ReadFile(filepath.Join(root, strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil || !bytes.Equal(raw, data) {
			return fmt.Errorf("%s is another: %v", tile.Path(), err)
		}
	}
	published := tlog.TileHashReader(tree, directory{root})
	for _, reader := range []tlog.HashReader{own, published} {
		if err := checkProofs(tree, at, own, reader, verifier); err != nil {
			return err
		}
	}
	return nil
}

func checkProofs(tree tlog.Tree, at size, own *grown, reader tlog.HashReader, verifier note.Verifier) error {
	for number, proof := range at.Inclusion {
		index, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return err
		}
		leaf := own.stored[tlog.StoredHashIndex(0, index)]
		if err := checkProofOf([]byte(proof), number, leaf, verifier, reader); err != nil {
			return fmt.Errorf("proof of %s: %w", number, err)
		}
	}
	for number, lines := range at.Consistency {
		old, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return err
		}
		path, err := hashes(lines)
		if err != nil {
			return err
		}
		made, err := tlog.ProveTree(tree.N, old, reader)
		if err != nil || fmt.Sprint(made) != fmt.Sprint(tlog.TreeProof(path)) {
			return fmt.Errorf("the proof from %d is not the one made here: %v", old, err)
		}
		oldRoot, err := tlog.TreeHash(old, own)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(tlog.TreeProof(path), tree.N, tree.Hash, old, oldRoot); err != nil {
			return fmt.Errorf("tree of %d: %w", old, err)
		}
	}
	return nil
}

// lastBundle returns the entries of the bundle that a log of n entries ends with.
func lastBundle(root string, n int64) ([][]byte, error) {
	width := (n-1)%(1<<height) + 1
	tile := tlog.Tile{H: height, L: 0, N: (n - 1) >> height, W: int(width)}
	raw, err := os.ReadFile(filepath.Join(root, strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for range width {
		if len(raw) < 2 || len(raw) < 2+int(raw[0])<<8+int(raw[1]) {
			return nil, fmt.Errorf("%s ends inside an entry", tile.Path())
		}
		end := 2 + int(raw[0])<<8 + int(raw[1])
		entries = append(entries, raw[2:end])
		raw = raw[end:]
	}
	if len(raw) != 0 {
		return nil, fmt.Errorf("%s holds more than its entries", tile.Path())
	}
	return entries, nil
}
