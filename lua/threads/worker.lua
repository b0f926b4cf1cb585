-- What a thread of the pool or of threads.Thread begins with (bindings/threads_worker.c): the setup
-- is Lua code that says what it is to do, called with the thread's number and queues.
return function(number, inbox, outbox, setup)
  assert(load(setup, "=thread"))(number, inbox, outbox)
end
