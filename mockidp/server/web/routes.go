package web

// routes mounts every page. What changes something is a POST.
func (s *Site) routes() {
	s.handle("GET", "/{$}", (*visit).home)
	s.handle("GET", "/new", (*visit).newTenant)
	s.handle("POST", "/new", (*visit).addTenant)
	s.handle("GET", "/", (*visit).nothing)

	s.get("", (*visit).overview)
	s.get("/events", (*visit).events)
	s.post("/act/{action}", (*visit).act)

	s.get("/users", (*visit).users)
	s.get("/users/new", (*visit).newUser)
	s.post("/users/new", (*visit).addUser)
	s.get("/users/{key}", (*visit).user)
	s.get("/users/{key}/edit", (*visit).editUser)
	s.post("/users/{key}/edit", (*visit).saveUser)
	s.post("/users/{key}/{action}", (*visit).actOnUser)

	s.get("/groups", (*visit).groups)
	s.post("/groups", (*visit).addGroup)
	s.get("/groups/{key}", (*visit).group)
	s.post("/groups/{key}/{action}", (*visit).actOnGroup)

	s.get("/files", (*visit).files)
	s.post("/files/generate", (*visit).generate)
	s.post("/files/import", (*visit).importFile)
	s.get("/files/export", (*visit).export)

	s.get("/assignments", (*visit).assignments)
	s.post("/assignments", (*visit).assign)
	s.post("/assignments/groups", (*visit).assignGroup)
	s.post("/assignments/scope", (*visit).scope)
	s.get("/mapping", (*visit).mapping)
	s.post("/mapping/import", (*visit).importMapping)
	s.post("/mapping/default", (*visit).dropMapping)

	s.get("/demand", (*visit).demand)
	s.post("/demand", (*visit).provision)

	s.get("/log", (*visit).log)
	s.get("/log/{id}", (*visit).entry)
	s.post("/log/clear", (*visit).clearLog)
	s.get("/log/export", (*visit).exportLog)
	s.get("/requests", (*visit).requests)

	s.get("/tasks", (*visit).tasks)
	s.post("/tasks", (*visit).actOnTasks)

	s.get("/faults", (*visit).faults)
	s.post("/faults", (*visit).setFaults)

	s.get("/reconcile", (*visit).reconciliation)
	s.post("/reconcile", (*visit).reconcile)
	s.post("/reconcile/repair", (*visit).repair)

	s.get("/conformance", (*visit).conformance)
	s.post("/conformance", (*visit).startTest)
	s.get("/conformance/{id}", (*visit).testRun)
	s.post("/conformance/{id}/cancel", (*visit).cancelTest)
	s.get("/conformance/{id}/report", (*visit).testReport)

	s.get("/settings", (*visit).settings)
	s.post("/settings", (*visit).saveSettings)
	s.post("/settings/clock", (*visit).clock)
	s.post("/settings/remove", (*visit).removeTenant)
}
