// Package house holds the rules of this code base that a compiler does not know, as tests: who may import whom, links
// and paths in documents, the commands that texts name, the list of dependencies, messages in both languages.
package house
