-- The request that wrk repeats.
wrk.method = "POST"
wrk.body = os.getenv("BODY")
wrk.headers["authorization"] = os.getenv("AUTHORIZATION")
wrk.headers["content-type"] = "application/json"
