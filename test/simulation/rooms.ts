/** Socket.IO's rooms: who sits in which, and what is said to one of them. */
import type { PeerSocket } from '../../hub/sockets/types.ts'
import type { Rooms } from './medium.ts'

export const createRooms = (): Rooms => {
  const rooms = new Map<string, Set<PeerSocket>>()
  return {
    namespace: {
      to: (room) => ({
        volatile: {
          emit: (event, ...args) => {
            for (const socket of rooms.get(room) ?? []) socket.emit(event, ...args)
          },
        },
      }),
    },
    join(room, socket) {
      const members = rooms.get(room) ?? new Set()
      rooms.set(room, members.add(socket))
    },
    leave: (room, socket) => void rooms.get(room)?.delete(socket),
    leaveAll(socket) {
      for (const members of rooms.values()) members.delete(socket)
    },
  }
}
