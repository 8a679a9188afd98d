package io.polyhub.channel;

/** One name and value that travels with a publication. Names may repeat; their order is kept. */
public record Header(String name, String value) {}
