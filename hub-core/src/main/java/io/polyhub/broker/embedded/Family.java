package io.polyhub.broker.embedded;

/** The column families of the store; what lies in them is told in {@link Layout}. */
enum Family {
  INFO("default"),
  ENTRIES("entries"),
  ORDER("order"),
  CHANNELS("channels"),
  LASTS("lasts"),
  KEYS("keys"),
  RECORDS("records");

  private final String storedName;

  Family(String storedName) {
    this.storedName = storedName;
  }

  String storedName() {
    return storedName;
  }

  /** Whether it is mostly asked for single keys, many of which are not there. */
  boolean isAskedByKey() {
    return this == CHANNELS || this == LASTS || this == RECORDS;
  }
}
