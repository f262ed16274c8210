"""The wake-up line to the workers (RQ's, over Redis or Valkey). It carries ids only; losing it loses nothing."""

import logging
import time
from collections.abc import Iterable

import redis
import rq
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)
QUEUE = "juanliu"
QUEUE_KEY = f"rq:queue:{QUEUE}"  # where RQ keeps the line
ENTRY = "workflow.worker.perform"
PATIENCE = 600  # seconds one job may run
FORGET = 3600  # seconds after which a wake-up nobody took is worth nothing
SILENCE = 5.0  # seconds in which an unreachable queue is not tried again


class Queue:
    """The line. Its troubles are logged, never raised: the sweep finds whoever was not woken."""

    def __init__(self, url: str) -> None:
        self._url, self.connection = url, connect(url, 1)
        self._queue = rq.Queue(QUEUE, connection=self.connection, serializer=JSONSerializer)
        self._silent_until = 0.0

    def wake(self, job_ids: Iterable[int]) -> bool:
        """Have workers look at these jobs; False when the queue cannot be reached (tried again after SILENCE)."""
        if time.monotonic() < self._silent_until:
            return False
        wakes = [rq.Queue.prepare_data(ENTRY, args=(job_id,), timeout=PATIENCE, ttl=FORGET) for job_id in job_ids]
        try:
            self._queue.enqueue_many(wakes)
        except redis.RedisError as error:
            self._silent_until = time.monotonic() + SILENCE
            log.warning("queue_unreachable", extra={"error": str(error)})
            return False
        return True

    def publish(self, channel: str, said: bytes) -> bool:
        """Tell whoever listens; False when the queue cannot be reached."""
        if time.monotonic() < self._silent_until:
            return False
        try:
            self.connection.publish(channel, said)
        except redis.RedisError:
            self._silent_until = time.monotonic() + SILENCE
            return False
        return True

    def subscription(self) -> redis.client.PubSub:
        """A line of its own to listen on."""
        return connect(self._url, 5).pubsub(ignore_subscribe_messages=True)

    def length(self) -> int | None:
        """How many wake-ups no worker has taken yet; None when the queue cannot be reached."""
        try:
            return self._queue.count
        except redis.RedisError:
            return None


def connect(url: str, patience: float = 5) -> redis.Redis:
    """A connection that fails fast: a person may be waiting for the page. `patience`: seconds for one answer."""
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=patience, retry=Retry(NoBackoff(), 1))
