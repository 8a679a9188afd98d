package io.polyhub.hub;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Publication;
import java.util.List;

/**
 * A page of a channel's history.
 *
 * @param publications in the order asked for, without expired ones
 * @param next where the next page begins, which is past publications that were left out too
 * @param more whether the next page may hold something; false says that this is all. Always false
 *     where no publications were asked for
 * @param top the channel's position now
 * @param complete whether nothing between the start asked for and the first publication is missing
 * @param damaged whether it is not complete because the storage is damaged between the two
 * @param guarantee the guarantee in force on the channel
 */
public record History(
    List<Publication> publications,
    Cursor next,
    boolean more,
    Cursor top,
    boolean complete,
    boolean damaged,
    Guarantee guarantee) {}
