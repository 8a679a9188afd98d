package io.polyhub.hub;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Publication;
import java.util.List;

/**
 * A stretch of a channel's history.
 *
 * @param publications in the order asked for, without expired ones
 * @param top the channel's position now
 * @param complete whether nothing between the start asked for and the first publication is missing
 * @param guarantee the guarantee in force on the channel
 */
public record History(
    List<Publication> publications, Cursor top, boolean complete, Guarantee guarantee) {}
