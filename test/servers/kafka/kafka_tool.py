"""A second opinion on Kafka: librdkafka, driven by JSON on standard input. Writes for the source's tests, reads for the sink's."""

import json
import sys

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition


def run_steps(request):
    """Steps of one or more producers, in order: {producer, op: begin | send | flush | commit | abort, ...}."""
    configs = request["producers"]
    producers = {}
    for step in request["steps"]:
        name = step["producer"]
        if name not in producers:
            config = {"bootstrap.servers": request["bootstrap"], **configs.get(name, {})}
            producers[name] = Producer(config)
            if "transactional.id" in config:
                producers[name].init_transactions(30)
        producer = producers[name]
        op = step["op"]
        if op == "begin":
            producer.begin_transaction()
        elif op == "send":
            for message in step["messages"]:
                optional = {k: message[k] for k in ("partition", "timestamp") if k in message}
                headers = message.get("headers")
                producer.produce(
                    message["topic"],
                    key=encode(message.get("key")),
                    value=encode(message.get("value")),
                    headers=[(k, encode(v)) for k, v in headers] if headers else None,
                    **optional,
                )
        elif op == "flush":
            producer.flush(30)
        elif op == "commit":
            producer.commit_transaction(30)
        elif op == "abort":
            producer.abort_transaction(30)
    for producer in producers.values():
        producer.flush(30)
    return {}


def read_all(request):
    """Every visible record of a topic up to its end, read_committed."""
    consumer = Consumer(
        {
            "bootstrap.servers": request["bootstrap"],
            "group.id": "tidemark-tests",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": request.get("isolation", "read_committed"),
            "enable.partition.eof": True,
        }
    )
    partitions = consumer.list_topics(request["topic"], 30).topics[request["topic"]].partitions
    consumer.assign([TopicPartition(request["topic"], p, 0) for p in partitions])
    records, ended = [], set()
    while len(ended) < len(partitions):
        message = consumer.poll(10)
        if message is None:
            raise RuntimeError("no answer from the broker")
        if message.error():
            if message.error().code() != KafkaError._PARTITION_EOF:
                raise RuntimeError(str(message.error()))
            ended.add(message.partition())
            continue
        records.append(
            {
                "partition": message.partition(),
                "offset": message.offset(),
                "key": decode(message.key()),
                "value": decode(message.value()),
                "timestamp": message.timestamp()[1],
                "headers": [[k, decode(v)] for k, v in message.headers() or []],
            }
        )
    consumer.close()
    return {"records": records}


def encode(text):
    return None if text is None else text.encode()


def decode(data):
    return None if data is None else data.decode()


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    print(json.dumps({"produce": run_steps, "read": read_all}[asked["op"]](asked)))
