package engineio

import "net/http"

type polling struct{ get *int }

func (p *polling) end()     {}
func (c *Conn) answerPoll() {}

func (s *Server) ServeUpgrade(w http.ResponseWriter, r *http.Request, sid string) {}
func (s *Server) ServePolling(w http.ResponseWriter, r *http.Request)             {}
